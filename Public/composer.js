import { longest, parseInput } from "./commands.js";
import { make, smallButton } from "./dom.js";
import { makeOutgoing } from "./outgoing.js";

/** From here on the limit is close enough to be said loudly. */
const nearLimit = 50;

/** Where the person writes: the text, the account picker, and what became of what was sent. */
export class Composer {
  #chat;
  #form;
  #parts;
  #replyTo = null;

  constructor(chat, form) {
    this.#chat = chat;
    this.#form = form;
    const names = ["input", "sender", "target", "send", "count", "hint", "problem", "reply", "outgoing"];
    this.#parts = Object.fromEntries(names.map((name) => [name, form.querySelector(`#${name}`)]));
    this.#listen();
    this.show();
  }

  /** Shows the accounts as they are now, and whether one can write. */
  show() {
    const { accounts, isKnown } = this.#chat;
    const { sender, target, input } = this.#parts;
    fill(sender, accounts.all.map((account) => senderOption(account)), accounts.sender?.id);
    const needsTarget = accounts.targets.length > 1;
    fill(target, [
      ...(needsTarget && !accounts.target ? [{ value: "", text: "Choose a channel…" }] : []),
      ...accounts.targets.map((account) => ({ value: account.id, text: account.name })),
    ], accounts.target?.id ?? "");
    target.closest("label").hidden = !needsTarget;
    this.#form.querySelector(".picker").hidden = !isKnown || accounts.all.length === 0;
    input.placeholder = isKnown ? this.#placeholder() : "Waiting for the chat…";
    this.#showHint();
    this.#showSendable();
  }

  /** Starts an answer to a line: a true reply where the network has them, else by name. */
  replyTo(line) {
    const { accounts } = this.#chat;
    const { input } = this.#parts;
    if (line.to) return this.#begin(`/msg ${this.#chat.contextOf(line).isMine ? line.to.name : line.from.name} `);
    if (line.accountID === 0) return this.#begin(`/irc @${line.from.name} `);
    if (accounts.targets.some((account) => account.id === line.accountID)) this.#chat.aim(line.accountID);
    if (accounts.target?.id !== line.accountID || !line.id) return this.#begin(`@${line.from.name} `);
    this.#replyTo = line;
    this.#showReply();
    input.focus();
  }

  /** Says what went wrong, beside the text that it is about; nothing takes it away again. */
  showProblem(sentence = "") {
    this.#parts.problem.textContent = sentence;
    this.#parts.problem.hidden = !sentence;
  }

  /** Lists what is on its way, and what did not get through with the ways out of it. */
  showOutgoing() {
    const onEdit = (line) => this.#takeBack(line);
    const onDismiss = (line) => this.#chat.dismiss(line.id);
    const lines = [...this.#chat.outgoing.values()];
    this.#parts.outgoing.replaceChildren(...lines.map((line) => makeOutgoing(line, { onEdit, onDismiss })));
  }

  focus() {
    this.#parts.input.focus();
  }

  #listen() {
    const { input, sender, target, reply } = this.#parts;
    input.addEventListener("input", () => this.#typed());
    input.addEventListener("keydown", (event) => this.#pressed(event));
    this.#form.addEventListener("change", () => this.showProblem());
    sender.addEventListener("change", () => this.#chat.pick(Number(sender.value)));
    target.addEventListener("change", () => this.#chat.aim(Number(target.value)));
    reply.querySelector("button").addEventListener("click", () => this.#forgetReply());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  #typed() {
    this.showProblem();
    this.#showSendable();
  }

  #pressed(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "Escape" && this.#replyTo) {
      this.#forgetReply();
    }
  }

  #send() {
    const { input } = this.#parts;
    if (!input.value.trim()) return;
    if (!this.#canSend()) return this.showProblem(this.#hint() || "This cannot be sent yet.");
    const isHere = this.#replyTo?.accountID === this.#chat.accounts.target?.id;
    const problem = this.#chat.say(input.value, isHere ? this.#replyTo : null);
    if (problem) return this.showProblem(problem);
    input.value = "";
    this.#forgetReply();
    this.#typed();
    input.focus();
  }

  #begin(words) {
    const { input } = this.#parts;
    if (!input.value.startsWith(words)) input.value = words + input.value;
    this.#typed();
    input.focus();
  }

  /** What goes to the internal chat needs no writer. */
  #canSend() {
    const { accounts, isKnown } = this.#chat;
    return isKnown && (accounts.state === "ready" || parseInput(this.#parts.input.value).internal === true);
  }

  #showSendable() {
    const { input, send, count } = this.#parts;
    const { length = [...input.value.trim()].length } = parseInput(input.value);
    send.setAttribute("aria-disabled", String(!input.value.trim() || length > longest || !this.#canSend()));
    count.textContent = `${length}/${longest}`;
    count.dataset.level = length > longest ? "over" : length > longest - nearLimit ? "near" : "far";
    count.hidden = !input.value;
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight}px`;
  }

  #placeholder() {
    const { sender, target } = this.#chat.accounts;
    if (!sender) return "You can read here, and not write";
    if (sender.id === 0) return "Message the people on this stream";
    return target ? `Message ${target.name}’s chat` : "Message a channel’s chat";
  }

  #hint() {
    const { accounts } = this.#chat;
    switch (accounts.state) {
      case "aimless":
        return accounts.targets.length > 1
          ? `Choose the channel that ${accounts.sender.name} writes to.`
          : `No channel that ${accounts.sender.name} could write to is live.`;
      case "preparing":
        return `Getting ${accounts.sender.name} ready to write…`;
      case "refused":
        return accounts.refusal;
      default:
        return "";
    }
  }

  #showHint() {
    const { hint } = this.#parts;
    const sentence = this.#chat.isKnown ? this.#hint() : "";
    hint.replaceChildren(...(sentence ? [sentence] : []));
    hint.hidden = !sentence;
    hint.dataset.state = this.#chat.accounts.state;
    if (this.#chat.accounts.state === "refused") {
      hint.append(" ", smallButton("Try again", () => this.#chat.retryWriter()));
    }
  }

  #showReply() {
    const { reply } = this.#parts;
    reply.hidden = !this.#replyTo;
    if (!this.#replyTo) return;
    const { from, parts } = this.#replyTo;
    const author = make("bdi", { class: "quote-name" }, from.name);
    const text = make("bdi", {}, parts.map((part) => part.text).join(""));
    reply.querySelector("span").replaceChildren("Replying to ", author, " ", text);
  }

  #forgetReply() {
    this.#replyTo = null;
    this.#showReply();
  }

  #takeBack({ id, input, replyTo }) {
    this.#chat.dismiss(id);
    this.#replyTo = replyTo;
    this.#showReply();
    this.#parts.input.value = input;
    this.#typed();
    this.focus();
  }
}

/** Gives a select its options, unless it has these already: a rebuilt one would close under the finger. */
function fill(select, options, value) {
  const wanted = JSON.stringify(options);
  if (select.dataset.options !== wanted) {
    select.dataset.options = wanted;
    select.replaceChildren(...options.map(({ value, text, disabled }) => make("option", { value, disabled }, text)));
  }
  select.value = value ?? "";
}

function senderOption({ id, name, network, isWritable }) {
  const place = id === 0 ? "internal chat" : network.displayName;
  return { value: id, text: `${name} (${place}${isWritable ? "" : ", cannot write now"})`, disabled: !isWritable };
}
