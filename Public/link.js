/**
 * Where the page at `page` finds its gateway; everything is relative, so a prefix in front of it is kept.
 *
 * `since` is the cursor of the last message seen. Without one the newest `history` messages are asked for.
 */
export function socketAddress(page, { stream, token }, since = null, history = 100) {
  const address = new URL(`ws/${encodeURIComponent(stream)}`, page);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("token", token);
  if (since) address.searchParams.set("since", since);
  else address.searchParams.set("history", history);
  return address.href;
}

/** The stream and the token of a chat link, or of the WebSocket address that a program uses; null for anything else. */
export function parseLink(text) {
  let link;
  try {
    link = new URL(text.trim());
  } catch {
    return null;
  }
  const stream = link.searchParams.get("stream") ?? link.pathname.match(/\/ws\/([\w-]+)$/)?.[1] ?? "";
  const token = link.searchParams.get("token") ?? "";
  return stream || token ? { stream, token } : null;
}

/** What the address of the chat page says, with `stream` or `token` null where it says nothing. */
export function readPageAddress(search) {
  const query = new URLSearchParams(search);
  return {
    stream: query.get("stream")?.trim() || null,
    token: query.get("token")?.trim() || null,
    overlay: query.get("overlay") === "1",
    fade: Math.max(0, Number(query.get("fade")) || 0),
  };
}
