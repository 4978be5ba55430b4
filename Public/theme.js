// Loaded before the first paint, hence not a module: light or dark is what the person chose here, else what their
// system says.
(() => {
  const key = "chat-relay.theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const ofSystem = () => (system.matches ? "dark" : "light");
  let chosen = null;

  // In a frame on another site, storage may be forbidden; then the choice lasts as long as the page.
  try {
    chosen = localStorage.getItem(key);
  } catch {}

  const apply = () => {
    // An overlay lies on dark boxes of its own, whatever is around it.
    const theme = "overlay" in document.documentElement.dataset ? "dark" : (chosen ?? ofSystem());
    document.documentElement.dataset.theme = theme;
    document.querySelector("#theme")?.setAttribute("aria-pressed", String(theme === "dark"));
  };

  const toggle = () => {
    const other = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    chosen = other === ofSystem() ? null : other;
    apply();
    try {
      if (chosen) localStorage.setItem(key, chosen);
      else localStorage.removeItem(key);
    } catch {}
  };

  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector("#theme")?.addEventListener("click", toggle);
    apply();
  });
})();
