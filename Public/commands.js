/** The longest line that Twitch takes, in Unicode code points. */
export const longest = 500;

/**
 * What a typed line asks for: `{type, text, internal, length}`, or `{problem}` with a sentence for the person.
 *
 * `/irc` and `/msg` stay in `text`, since the gateway reads them there. `length` is what counts towards the limit: the
 * text without its address, but with the `/me` that Twitch gets to see.
 */
export function parseInput(input) {
  const line = input.replace(/\s*[\r\n]+\s*/g, " ").trim();
  const [, command, rest] = /^\/([a-z]\w*)(?:\s+|$)(.*)$/i.exec(line) ?? [];
  switch (command?.toLowerCase()) {
    case undefined:
      return request({ type: "text", body: line });
    case "me":
      return rest ? request({ type: "emote", body: rest }) : { problem: "Write what you do after /me." };
    case "irc":
      return rest ? internalRequest(rest) : { problem: "Write your message after /irc." };
    case "msg":
      return privateRequest(rest);
    default:
      return { problem: `/${command} is not a command here. There are /me, /msg and /irc.` };
  }
}

function internalRequest(rest) {
  const action = /^\/me\s+(.+)$/i.exec(rest)?.[1];
  return request({ type: action ? "emote" : "text", body: action ?? rest, address: "/irc " });
}

function privateRequest(rest) {
  const [, name, body] = /^(\S+)\s+(.+)$/.exec(rest) ?? [];
  return body
    ? request({ type: "text", body, address: `/msg ${name} ` })
    : { problem: "Write /msg, a name, and then your message." };
}

function request({ type, body, address = "" }) {
  const length = [...body].length + (type === "emote" && !address ? "/me ".length : 0);
  if (length === 0) return { problem: "Write something first.", length };
  if (length > longest) return { problem: tooLong(length - longest), length };
  return { type, text: address + body, internal: address !== "", length };
}

function tooLong(surplus) {
  return `${surplus} ${surplus === 1 ? "character" : "characters"} too many: ${longest} fit in a message.`;
}
