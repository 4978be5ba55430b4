import { cut, mentioned } from "./text.js";

let lastKey = 0;

/**
 * A `text`, `emote` or `notice` of the gateway as a line to show; `now` stands in where it has no time.
 *
 * `speaksTo` has the names that it mentions or answers, in lower case.
 */
export function makeLine(message, now) {
  const isNotice = message.type === "notice";
  const text = (isNotice ? message.message : message.text) ?? "";
  return {
    key: ++lastKey,
    id: message.id ?? null,
    kind: message.type,
    accountID: message.account_id ?? 0,
    from: message.from ? person(message.from, message.color) : null,
    to: message.to ? person(message.to) : null,
    time: new Date(message.timestamp ?? now),
    parts: cut(text, { ...message, cheermotes: message.cheer?.cheermotes }),
    badges: message.badges ?? [],
    bits: message.cheer?.bits ?? 0,
    source: message.source?.name ?? null,
    quote: message.reply ? quote(message.reply) : null,
    notice: isNotice ? { type: message.notice_type ?? "", text: message.text ?? "" } : null,
    isHighlighted: message.message_type === "channel_points_highlighted",
    speaksTo: [...mentioned(text), message.reply?.from?.name?.toLowerCase()].filter(Boolean),
  };
}

/** A line of the page's own: something that happened to the chat itself. */
export function makeRemark(text, now) {
  return { key: ++lastKey, id: null, kind: "remark", accountID: null, from: null, time: new Date(now), text };
}

function quote({ message_id: id, from, text }) {
  return { id, name: from?.name ?? "", text: text ?? "" };
}

function person({ id, name, picture }, color) {
  return { id: String(id ?? ""), name: String(name ?? ""), picture: picture ?? null, color: color ?? null };
}
