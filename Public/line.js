import { makeBadge } from "./badges.js";
import { nameColors } from "./color.js";
import { icon, make, outwardLink, picture } from "./dom.js";
import { webAddress } from "./text.js";

const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** Which picture stands beside a notice; others get the megaphone. */
const noticePictures = {
  sub: "star", resub: "star", prime_paid_upgrade: "crown", sub_gift: "gift", community_sub_gift: "gift",
  gift_paid_upgrade: "gift", pay_it_forward: "gift", raid: "raid", bits_badge_tier: "gem", charity_donation: "heart",
};

/**
 * A line of chat as an element. Everything that people wrote is in text nodes.
 *
 * `context` is what the line is to the reader, as `Chat.contextOf` has it.
 */
export function makeLineElement(line, context) {
  if (line.kind === "remark") return makeRemarkElement(line);
  const element = make("div", { class: classes(line, context), tabindex: "-1", "data-key": line.key });
  const body = make("div", { class: "body" });
  if (line.quote) body.append(makeQuote(line.quote));
  if (line.notice?.text) body.append(makeNotice(line.notice));
  if (line.parts.length > 0) body.append(makeSaid(line, context));
  element.append(makeFace(line), body, makeAside(line));
  return element;
}

function classes(line, { isMine, isMention }) {
  return [
    "line", `line-${line.kind}`,
    line.to && "line-private",
    line.accountID === 0 && "line-internal",
    isMention && "line-mention",
    isMine && "line-mine",
    line.isHighlighted && "line-highlighted",
  ].filter(Boolean).join(" ");
}

/** Who, with what they are, and what they say. */
function makeSaid(line, { channel }) {
  const said = make("p", { class: "said" });
  if (channel) said.append(make("span", { class: "tag" }, channel), " ");
  if (line.source) said.append(make("span", { class: "tag tag-source" }, icon("shared"), ` ${line.source}`), " ");
  if (line.to) said.append(make("span", { class: "tag tag-private" }, icon("lock"), " Private"), " ");
  else if (line.accountID === 0) said.append(make("span", { class: "tag tag-internal" }, "Internal"), " ");
  const badges = line.badges.map(makeBadge).filter(Boolean);
  if (badges.length > 0) said.append(make("span", { class: "badges" }, ...badges), " ");
  if (line.from) said.append(makeName(line.from));
  if (line.to) said.append(" ", icon("arrow", { label: "to", class: "to" }), " ", makeName(line.to));
  said.append(make("span", { class: "hidden" }, line.kind === "emote" ? " " : ": "), " ");
  if (line.bits > 0) said.append(makeBits(line.bits), " ");
  said.append(make("bdi", { class: "text" }, ...line.parts.map(makePart)));
  return said;
}

function makeBits(bits) {
  return make("span", { class: "tag tag-bits" }, icon("gem"), ` ${bits.toLocaleString()}`, hidden(" bits"));
}

function makePart(part) {
  switch (part.type) {
    case "emote":
      return makeEmote(part);
    case "link":
      return outwardLink(part.url, { class: "link" }, part.text);
    case "mention":
      return make("span", { class: "mention" }, part.text);
    case "cheer":
      return make("span", { class: "cheer" }, icon("gem"), ` ${part.text}`);
    default:
      return part.text;
  }
}

function makeEmote({ url, text }) {
  const fallback = make("span", { class: "emote-name" }, text);
  const address = webAddress(url, document.baseURI);
  if (!address) return fallback;
  return picture(address, { class: "emote", alt: text, title: text, ...sharper(address) }, fallback);
}

/** Twitch has each emote in three sizes, named by the end of the address. */
function sharper(address) {
  if (!/\/emoticons\/v2\/.+\/1\.0$/.test(address)) return {};
  const base = address.slice(0, -"1.0".length);
  return { srcset: `${address} 1x, ${base}2.0 2x, ${base}3.0 3x` };
}

function makeName(person) {
  const name = make("bdi", { class: "name" }, person.name);
  colorize(name, person);
  return name;
}

/** Both themes' colours at once, so that a change of theme needs no new lines. */
function colorize(element, person) {
  const { light, dark } = nameColors(person);
  element.style.setProperty("--on-light", light);
  element.style.setProperty("--on-dark", dark);
}

function makeFace(line) {
  const face = make("span", { class: line.notice ? "face face-notice" : "face", "aria-hidden": "true" });
  if (line.notice) face.append(icon(noticePicture(line.notice.type)));
  if (line.notice || !line.from) return face;
  const letter = [...line.from.name.trim()][0]?.toLocaleUpperCase() ?? "";
  const address = line.from.picture && webAddress(line.from.picture, document.baseURI);
  face.append(address ? picture(address, { alt: "", width: 28, height: 28 }, letter) : letter);
  colorize(face, line.from);
  return face;
}

function noticePicture(type) {
  return noticePictures[type.replace(/^shared_chat_/, "")] ?? "megaphone";
}

function makeQuote({ name, text }) {
  const author = make("bdi", { class: "quote-name" }, name);
  return make("p", { class: "quote" }, icon("reply"), hidden("in reply to "), author, " ", make("bdi", {}, text));
}

function makeNotice({ text }) {
  return make("p", { class: "notice" }, text);
}

/** When it was said, and what can be done with it. */
function makeAside(line) {
  const { time, from, notice } = line;
  const stamp = make("time", { datetime: time.toISOString(), title: fullTime.format(time) }, hour.format(time));
  if (!from || notice) return make("span", { class: "side" }, stamp);
  const label = { title: "Reply", "aria-label": `Reply to ${from.name}` };
  const answer = make("button", { class: "answer", type: "button", tabindex: "-1", ...label }, icon("reply"));
  return make("span", { class: "side" }, answer, stamp);
}

function makeRemarkElement(line) {
  return make("p", { class: "remark", tabindex: "-1", "data-key": line.key }, line.text);
}

function hidden(text) {
  return make("span", { class: "hidden" }, text);
}
