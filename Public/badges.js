import { icon } from "./dom.js";

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

/** A badge as a small picture with its meaning; null for those that this page does not know. */
export function makeBadge({ set_id: set, info }) {
  if (!Object.hasOwn(known, set)) return null;
  const [meaning, picture] = known[set];
  const months = Number(info);
  const label = months > 0 ? `${meaning}, ${months} ${months === 1 ? "month" : "months"}` : meaning;
  return icon(picture, { label, class: `badge badge-${picture}` });
}
