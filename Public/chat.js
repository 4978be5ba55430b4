import { Accounts } from "./accounts.js";
import { parseInput } from "./commands.js";
import { Emitter } from "./emitter.js";
import { makeLine, makeRemark } from "./message.js";

/** So many lines are kept, and shown. */
export const mostLines = 500;

/** What is sent and not answered for so long is said to be in doubt. */
const patience = 20_000;
/** What waits for its turn is answered within three minutes. */
const longPatience = 220_000;

const healthy = { state: "ok", problems: [] };

/**
 * Everything the page knows: lines, accounts, viewers, and what is on its way out.
 *
 * The gateway's messages go in, the person's wishes go out. Emits `lines` (new ones), `removed` (lines), `changed` (a
 * line), `accounts`, `picked` (by the person), `viewers`, `outgoing`, `health`, and `problem` (a sentence).
 */
export class Chat extends Emitter {
  accounts;
  lines = [];
  /** How many watch, by stream account. */
  viewers = new Map();
  /**
   * What was sent and is not in the chat yet: `{id, input, replyTo, state, reason, queue}`, the state `sending`,
   * `waiting` (behind `queue` other lines), `failed` or `unknown`.
   */
  outgoing = new Map();
  /** What is wrong with the gateway, in its own words: a `state`, and `problems` with `code`, `message` and `since`. */
  health = healthy;
  /** Whether a `status` has come, so that the accounts mean something. */
  isKnown = false;
  #socket;
  #now;
  #requests = 0;
  #sent = new Set();
  #askedWriter = null;

  constructor(socket, { picked = null, now = Date.now } = {}) {
    super();
    this.accounts = new Accounts(picked);
    this.#socket = socket;
    this.#now = now;
    socket.on("message", (message) => this.#receive(message));
    socket.on("state", ({ name }) => (name === "open" ? this.#opened() : this.#interrupted()));
  }

  /** The account to write as. */
  pick(id) {
    this.accounts.pick(id);
    this.emit("picked", id);
    this.#accountsChanged();
  }

  /** The channel to write to, where there are several. */
  aim(id) {
    this.accounts.aim(id);
    this.#accountsChanged();
  }

  /** Asks once more for what was refused. */
  retryWriter() {
    this.accounts.pick(this.accounts.sender?.id);
    this.#accountsChanged();
  }

  /** Sends what was typed. Says what is wrong with it, or nothing. The line itself comes back from the gateway. */
  say(input, replyTo = null) {
    const wish = parseInput(input);
    if (wish.problem) return wish.problem;
    const route = wish.internal ? { account_id: 0, cur_stream_account_id: 0 } : this.accounts.route;
    const id = `line-${++this.#requests}`;
    const request = { type: wish.type, id, ...route, text: wish.text };
    if (replyTo) request.reply_to = replyTo.id;
    if (!this.#socket.send(request)) return "There is no connection right now. Your text is kept.";
    this.#track({ id, input, replyTo });
    return undefined;
  }

  /** Stops showing what did not get through. */
  dismiss(id) {
    this.outgoing.delete(id);
    this.emit("outgoing");
  }

  /**
   * What a line is to this person, by the accounts as they are now: its `channel` (where the stream has several),
   * whether it `isMine`, and whether it `isMention`.
   */
  contextOf({ id, accountID, from, speaksTo = [] }) {
    const { channels, sender, all } = this.accounts;
    const own = all.filter((account) => !account.isChannel || account === sender);
    const names = own.map((account) => account.name.toLowerCase());
    return {
      channel: channels.length > 1 ? channels.find((account) => account.id === accountID)?.name : undefined,
      isMine: this.#sent.has(id) || (accountID === 0 && from?.name === this.accounts.get(0)?.name),
      isMention: speaksTo.some((name) => names.includes(name)),
    };
  }

  #opened() {
    this.accounts.forgetWriters();
    this.#socket.send({ type: "status" });
    this.#socket.send({ type: "viewcount" });
  }

  #interrupted() {
    this.#askedWriter = null;
    for (const { id, state } of this.outgoing.values()) {
      if (isUnderWay(state)) this.#settle(id, "unknown", "The connection broke off: it may have been sent or not.");
    }
    this.#updateHealth(healthy);
  }

  #receive(message) {
    switch (message.type) {
      case "text":
      case "emote":
      case "notice":
        return this.#add(message);
      case "delete":
        return this.#remove((line) => line.id === message.message_id, message.message_id);
      case "clear":
        return this.#clear(message);
      case "gap":
        return this.#remark("Some messages may be missing here.");
      case "status":
        return this.#updateStatus(message);
      case "writerresult":
        this.accounts.addWriter(message);
        return this.emit("accounts");
      case "viewcountresult":
        this.viewers.set(message.account_id, message.viewer_count);
        return this.emit("viewers");
      case "queued":
        return this.#waits(message);
      case "textresult":
      case "emoteresult":
        return this.#sentOrDropped(message);
      case "error":
        return this.#failed(message);
    }
  }

  #add(message) {
    // After a reconnection the gateway may repeat what is here already.
    if (message.id && this.lines.some((line) => line.id === message.id)) return;
    this.#append(makeLine(message, this.#now()));
  }

  #append(line) {
    this.lines.push(line);
    if (this.lines.length > mostLines) this.lines.splice(0, this.lines.length - mostLines);
    this.emit("lines", [line]);
  }

  #remark(text) {
    this.#append(makeRemark(text, this.#now()));
  }

  #clear({ account_id: account, user_id: user }) {
    if (user) return this.#remove((line) => line.accountID === account && line.from?.id === String(user));
    this.#remove((line) => line.accountID === account);
    const name = this.accounts.get(account)?.name;
    this.#remark(name ? `The chat of ${name} was cleared by a moderator.` : "The chat was cleared by a moderator.");
  }

  /** Takes lines out, and out of the replies that quote them. */
  #remove(isMeant, quoted = null) {
    const removed = this.lines.filter(isMeant);
    const ids = new Set([quoted, ...removed.map((line) => line.id)].filter(Boolean));
    this.lines = this.lines.filter((line) => !isMeant(line));
    this.emit("removed", removed);
    for (const line of this.lines) {
      if (!line.quote || !ids.has(line.quote.id)) continue;
      line.quote = null;
      this.emit("changed", line);
    }
  }

  #updateHealth(health) {
    this.health = health;
    this.emit("health", health);
  }

  #updateStatus({ accounts, health }) {
    this.#updateHealth(health ?? healthy);
    this.accounts.update(accounts ?? {});
    this.isKnown = true;
    for (const id of this.viewers.keys()) {
      if (!this.accounts.get(id)?.isLive) this.viewers.delete(id);
    }
    this.#accountsChanged();
  }

  /** Has the writer made that the person's choice needs, once for each choice. */
  #accountsChanged() {
    this.emit("accounts");
    if (this.accounts.state !== "preparing") {
      this.#askedWriter = null;
      return;
    }
    const { account_id, cur_stream_account_id } = this.accounts.route;
    const id = `writer-${account_id}-${cur_stream_account_id}`;
    if (id === this.#askedWriter) return;
    if (this.#socket.send({ type: "writer", id, account_id, cur_stream_account_id })) this.#askedWriter = id;
  }

  #track({ id, input, replyTo }) {
    this.outgoing.set(id, { id, input, replyTo, state: "sending", reason: null });
    this.emit("outgoing");
    this.#doubt(id, "sending", patience);
  }

  /** The gateway answers for each line; this is for one that does not. */
  #doubt(id, state, after) {
    setTimeout(() => {
      if (this.outgoing.get(id)?.state !== state) return;
      this.#settle(id, "unknown", "No answer yet: it may have been sent or not.");
    }, after);
  }

  #waits({ id, queue }) {
    const line = this.outgoing.get(id);
    if (!line || !isUnderWay(line.state)) return;
    Object.assign(line, { state: "waiting", queue });
    this.emit("outgoing");
    this.#doubt(id, "waiting", longPatience);
  }

  #sentOrDropped({ id, is_sent: isSent, message_id: messageID, drop_reason: dropped }) {
    if (!isSent) return this.#settle(id, "failed", dropped?.message ?? "The network did not take it.");
    this.outgoing.delete(id);
    this.emit("outgoing");
    this.#sent.add(messageID);
    const line = this.lines.find((line) => line.id === messageID);
    if (line) this.emit("changed", line);
  }

  #failed({ code, message, request }) {
    const sentence = message ?? "The gateway could not do that.";
    if (this.outgoing.has(request?.id)) {
      return this.#settle(request.id, code === "outcome_unknown" ? "unknown" : "failed", sentence);
    }
    if (request?.type !== "writer") return this.emit("problem", sentence);
    if (request.id && request.id !== this.#askedWriter) return;
    this.#askedWriter = null;
    this.accounts.refuseWriter(sentence);
    this.emit("accounts");
  }

  #settle(id, state, reason) {
    const line = this.outgoing.get(id);
    if (!line) return;
    Object.assign(line, { state, reason });
    this.emit("outgoing");
  }
}

function isUnderWay(state) {
  return state === "sending" || state === "waiting";
}
