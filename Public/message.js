import { cut, speaksTo } from "./text.js";

let lastKey = 0;

/**
 * A `text`, `emote` or `notice` of the gateway as a line to show.
 *
 * `names` are the reader's own, in lower case; `now` stands in where a message has no time.
 */
export function makeLine(message, { names, now }) {
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
    quote: message.reply ? { id: message.reply.message_id, name: message.reply.from?.name ?? "", text: message.reply.text ?? "" } : null,
    notice: isNotice ? { type: message.notice_type ?? "", text: message.text ?? "" } : null,
    isHighlighted: message.message_type === "channel_points_highlighted",
    isMention: speaksTo(names, text) || names.has(message.reply?.from?.name?.toLowerCase()),
    isMine: false,
  };
}

/** A line of the page's own: something that happened to the chat itself. */
export function makeRemark(text, now) {
  return { key: ++lastKey, id: null, kind: "remark", accountID: null, from: null, time: new Date(now), text };
}

function person({ id, name, picture }, color) {
  return { id: String(id ?? ""), name: String(name ?? ""), picture: picture ?? null, color: color ?? null };
}
