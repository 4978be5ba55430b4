const address = /(?<![a-z0-9])https?:\/\/[^\s<>"]+/giu;
const mention = /(?<![\p{L}\p{N}_])@[\p{L}\p{N}_]+/gu;

/**
 * A chat line cut into parts to show one after another: `{type, text, …}` with the type `text`, `emote` (`url`),
 * `cheer` (`bits`), `mention` or `link` (`url`).
 *
 * The gateway says where emotes, cheers and mentions are in Unicode code points, hence the array of characters. A
 * range that cannot be is skipped, so the text is always whole.
 */
export function cut(text, { emotes, cheermotes, mentions } = {}) {
  const characters = [...text];
  const between = (begin, end) => characters.slice(begin, end).join("");
  const ranges = [
    ...ranged(emotes, (emote) => ({ type: "emote", url: emote.url })),
    ...ranged(cheermotes, (cheer) => ({ type: "cheer", bits: cheer.bits })),
    ...ranged(mentions, () => ({ type: "mention" })),
  ].sort((one, other) => one.begin - other.begin);

  const parts = [];
  let position = 0;
  for (const { begin, end, part } of ranges) {
    if (begin < position || end <= begin || end > characters.length) continue;
    parts.push(...cutWords(between(position, begin)), { ...part, text: between(begin, end) });
    position = end;
  }
  return [...parts, ...cutWords(between(position))];
}

/** `url` when an image or a link may lead there, else null. */
export function webAddress(url, base) {
  try {
    const { protocol, href } = new URL(url, base);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

/** The names after an `@` in `text`, in lower case. */
export function mentioned(text) {
  return (text.match(mention) ?? []).map((word) => word.slice(1).toLowerCase());
}

function ranged(list, makePart) {
  return (list ?? [])
    .filter(({ begin, end }) => Number.isInteger(begin) && Number.isInteger(end) && begin >= 0)
    .map((item) => ({ begin: item.begin, end: item.end, part: makePart(item) }));
}

/** Links and mentions in plain words. */
function cutWords(text) {
  const found = [
    ...[...text.matchAll(address)].map((match) => link(match)).filter((part) => part.url),
    ...[...text.matchAll(mention)].map((match) => ({ type: "mention", at: match.index, text: match[0] })),
  ].sort((one, other) => one.at - other.at);

  const parts = [];
  let position = 0;
  for (const { at, ...part } of found) {
    if (at < position) continue;
    if (at > position) parts.push({ type: "text", text: text.slice(position, at) });
    parts.push(part);
    position = at + part.text.length;
  }
  if (position < text.length) parts.push({ type: "text", text: text.slice(position) });
  return parts;
}

/** An address without what ends the sentence around it; a closing bracket stays when the address opened it. */
function link({ 0: found, index }) {
  let text = found;
  while (/[.,;:!?'\]}*_]$/.test(text) || endsWithStrayBracket(text)) text = text.slice(0, -1);
  return { type: "link", at: index, text, url: webAddress(text) };
}

function endsWithStrayBracket(text) {
  return text.endsWith(")") && text.split(")").length > text.split("(").length;
}
