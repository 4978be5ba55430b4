import { Emitter } from "../../Public/emitter.js";

const twitch = { name: "twitch", displayName: "Twitch" };
const irc = { name: "irc", displayName: "IRC" };

/** The wiki's example of a live stream, as the `accounts` of a `status`; `changes` are put over it by id. */
export function accounts(changes = {}) {
  const all = {
    14: { name: "jprjrdev", network: twitch, ready: true, writable: true, live: true, http_url: "https://twitch.tv/jprjrdev" },
    17: { name: "gamethattunedev", network: twitch, ready: false, writable: true, live: false },
    0: { name: "john", network: irc, ready: true, writable: true, live: false },
  };
  for (const [id, change] of Object.entries(changes)) {
    if (change) all[id] = { name: `account ${id}`, network: twitch, ready: false, writable: true, live: false, ...all[id], ...change };
    else delete all[id];
  }
  return all;
}

/** A second live channel of the same stream. */
export const otherChannel = { name: "kelpcam", ready: true, live: true, http_url: "https://twitch.tv/kelpcam" };

export function status(changes) {
  return { type: "status", status: {}, accounts: accounts(changes) };
}

let messages = 0;

/** A line from Twitch. */
export function line(changes = {}) {
  const id = `m${++messages}`;
  return { type: "text", stream_id: 21, account_id: 14, network: "twitch", id, text: "hello", from: { id: "146521877", name: "harbor_fan" }, ...changes };
}

/** A connection of which a test sees what is sent, and says what comes. */
export class FakeSocket extends Emitter {
  sent = [];
  state = { name: "stopped" };

  open() {
    this.#enter("open");
  }

  lose() {
    this.#enter("waiting");
  }

  send(request) {
    if (this.state.name !== "open") return false;
    this.sent.push(request);
    return true;
  }

  /** What was sent since the last look. */
  take() {
    return this.sent.splice(0);
  }

  #enter(name) {
    this.state = { name };
    this.emit("state", this.state);
  }
}
