/** Twitch's names for people who never picked a colour are spread over these, by name. */
const palette = ["#d1495b", "#1f7a8c", "#2e933c", "#b8651b", "#6b4fc8", "#a23e9a", "#2f6fde", "#6f7d1c", "#0f8a72"];

/** What names are read against: `--surface` of style.css, and the overlay's box. */
export const surfaces = { light: "#ffffff", dark: "#171c1b" };

/** The red, green and blue (0…255) of `#rrggbb`, or null. */
export function parseColor(color) {
  const digits = /^#([0-9a-f]{6})$/i.exec(color ?? "")?.[1];
  return digits ? [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16)) : null;
}

/** The WCAG contrast ratio of two colours, 1…21. */
export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** A little above the 4.5 : 1 of WCAG, so that it also holds on tinted lines. */
const enough = 5;

/** `color`, moved towards black or white only as far as it takes to be read on `surface`. */
export function readable(color, surface) {
  const start = parseColor(color);
  const behind = parseColor(surface);
  const goal = luminance(behind) > 0.4 ? 0 : 255;
  for (let part = 0; part < 1; part += 0.05) {
    const mixed = start.map((value) => Math.round(value + (goal - value) * part));
    if (contrast(mixed, behind) >= enough) return format(mixed);
  }
  return format([goal, goal, goal]);
}

/** The colour of a person's name for each theme. */
export function nameColors({ color, name }) {
  const chosen = parseColor(color) ? color : palette[hash(name) % palette.length];
  return { light: readable(chosen, surfaces.light), dark: readable(chosen, surfaces.dark) };
}

function luminance(rgb) {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function format(rgb) {
  return "#" + rgb.map((value) => value.toString(16).padStart(2, "0")).join("");
}

function hash(name) {
  let sum = 7;
  for (const character of name ?? "") sum = (sum * 31 + character.codePointAt(0)) >>> 0;
  return sum;
}
