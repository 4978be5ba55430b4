/**
 * An element with attributes and children; a string among the children becomes a text node, an absent child nothing.
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (isThere(value)) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(isThere));
  return element;
}

function isThere(value) {
  return value !== null && value !== undefined && value !== false;
}

/** One of the pictures that chat.html defines. Decorative: what it means is said beside it, or by `label`. */
export function icon(name, { label = null, ...attributes } = {}) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.setAttribute("class", ["icon", attributes.class].filter(Boolean).join(" "));
  svg.append(use);
  if (!label) {
    svg.setAttribute("aria-hidden", "true");
    return svg;
  }
  const title = document.createElementNS(space, "title");
  title.append(label);
  svg.setAttribute("role", "img");
  svg.prepend(title);
  return svg;
}

/** A link out of the page that takes nothing of this page's address along. */
export function outwardLink(url, attributes, ...children) {
  return make("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...attributes }, ...children);
}

/** A picture from elsewhere, replaced by `fallback` when it cannot be shown. */
export function picture(url, attributes, fallback) {
  const image = make("img", { referrerpolicy: "no-referrer", decoding: "async", draggable: "false", ...attributes });
  image.addEventListener("error", () => image.replaceWith(fallback), { once: true });
  image.src = url;
  return image;
}

/** A button beside a sentence. */
export function smallButton(content, onClick) {
  const element = make("button", { type: "button", class: "small-button" }, content);
  element.addEventListener("click", onClick);
  return element;
}
