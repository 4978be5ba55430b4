import { icon, picture } from "./dom.js";
import { webAddress } from "./text.js";

/** What the badges mean that nearly every channel has, and which picture they get; Twitch's set is open. */
const known = {
  broadcaster: ["Broadcaster", "camera"],
  lead_moderator: ["Lead moderator", "sword"],
  moderator: ["Moderator", "sword"],
  vip: ["VIP", "diamond"],
  founder: ["Founder", "star"],
  subscriber: ["Subscriber", "star"],
  staff: ["Twitch staff", "wrench"],
  admin: ["Twitch admin", "wrench"],
  global_mod: ["Global moderator", "wrench"],
  partner: ["Verified", "check"],
  "bot-badge": ["Chat bot", "bot"],
  premium: ["Prime", "crown"],
  turbo: ["Turbo", "crown"],
  "artist-badge": ["Artist", "brush"],
  bits: ["Bits", "gem"],
  "bits-leader": ["Bits leader", "gem"],
  "sub-gifter": ["Gifter", "gift"],
  "sub-gift-leader": ["Gift leader", "gift"],
};

/** A badge as Twitch shows it, or else as a small picture of this page's; null for those that neither has. */
export function makeBadge(badge) {
  const address = badge.url && webAddress(badge.url, document.baseURI);
  const drawn = drawBadge(badge);
  if (!address) return drawn;
  const label = [badge.title || known[badge.set_id]?.[0] || badge.set_id, duration(badge)].filter(Boolean).join(", ");
  return picture(address, { class: "badge badge-image", alt: label, title: label }, drawn ?? "");
}

function drawBadge(badge) {
  if (!Object.hasOwn(known, badge.set_id)) return null;
  const [meaning, drawing] = known[badge.set_id];
  const label = [meaning, duration(badge)].filter(Boolean).join(", ");
  return icon(drawing, { label, class: `badge badge-${drawing}` });
}

/** For how long somebody has subscribed. */
function duration({ info }) {
  const months = Number(info);
  return months > 0 ? `${months} ${months === 1 ? "month" : "months"}` : null;
}
