import { mostLines } from "./chat.js";
import { makeLineElement } from "./line.js";

/** So near to the end counts as being there. */
const nearly = 60;

/**
 * The scrolling list of lines.
 *
 * Follows the newest one only while the reader is at the end; otherwise a button says how many there are by now. Lines
 * are put in once per frame however many came, and never more than are kept.
 */
export class Log {
  #element;
  #lines;
  #button;
  #contextOf;
  #elements = new Map();
  #waiting = [];
  #isFollowing = true;
  #unseen = 0;

  /**
   * `contextOf(line)` is what a line is to the reader; `onReply(line)` is called when the reader wants to answer one.
   */
  constructor({ element, button, contextOf, onReply, onLeave }) {
    this.#element = element;
    this.#lines = element.firstElementChild;
    this.#button = button;
    this.#contextOf = contextOf;
    element.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    element.addEventListener("click", ({ target }) => {
      if (target.closest(".answer")) this.#reply(target, onReply);
    });
    element.addEventListener("keydown", (event) => this.#pressed(event, onReply, onLeave));
    button.addEventListener("click", () => this.follow());
    // The window, the field below and pictures that arrive late all move the end.
    const observer = new ResizeObserver(() => this.#keepUp());
    for (const resizable of [element, this.#lines]) observer.observe(resizable);
  }

  add(lines) {
    if (this.#waiting.length === 0) requestAnimationFrame(() => this.#flush());
    this.#waiting.push(...lines);
    // A hidden page draws no frames: what would scroll out at once is not kept for the next one.
    if (this.#waiting.length > mostLines) this.#waiting.splice(0, this.#waiting.length - mostLines);
  }

  remove(lines) {
    const keys = new Set(lines.map((line) => line.key));
    this.#waiting = this.#waiting.filter((line) => !keys.has(line.key));
    for (const key of keys) this.#forget(key);
    this.#keepUp();
  }

  change(line) {
    const shown = this.#elements.get(line.key);
    if (!shown) return;
    const element = this.#make(line);
    shown.element.replaceWith(element);
    this.#elements.set(line.key, { line, element });
  }

  /** Draws every line again, for when what they are to the reader changed. */
  redraw() {
    for (const { line } of [...this.#elements.values()]) this.change(line);
    this.#keepUp();
  }

  /** Goes to the newest line and stays there. */
  follow() {
    this.#isFollowing = true;
    this.#element.scrollTop = this.#element.scrollHeight;
    this.#count(0);
  }

  #flush() {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#lines.append(...lines.map((line) => this.#show(line)));
    const surplus = this.#elements.size - mostLines;
    for (const key of [...this.#elements.keys()].slice(0, Math.max(0, surplus))) this.#forget(key);
    if (this.#isFollowing) this.#keepUp();
    else this.#count(this.#unseen + lines.length);
  }

  #show(line) {
    const element = this.#make(line);
    this.#elements.set(line.key, { line, element });
    return element;
  }

  #make(line) {
    return makeLineElement(line, this.#contextOf(line));
  }

  #forget(key) {
    this.#elements.get(key)?.element.remove();
    this.#elements.delete(key);
  }

  #keepUp() {
    if (this.#isFollowing) this.#element.scrollTop = this.#element.scrollHeight;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#element;
    this.#isFollowing = scrollHeight - scrollTop - clientHeight < nearly;
    if (this.#isFollowing) this.#count(0);
  }

  #count(unseen) {
    this.#unseen = Math.min(unseen, mostLines);
    this.#button.hidden = unseen === 0;
    const number = unseen > mostLines ? `${mostLines}+` : unseen;
    this.#button.querySelector("span").textContent = unseen === 1 ? "1 new message" : `${number} new messages`;
  }

  /** Up and down go from line to line, Enter replies, Escape leaves. */
  #pressed(event, onReply, onLeave) {
    const line = document.activeElement.closest("[data-key]");
    switch (event.key) {
      case "ArrowUp":
        (line ? line.previousElementSibling : this.#lines.lastElementChild)?.focus();
        break;
      case "ArrowDown":
        line?.nextElementSibling?.focus();
        break;
      case "End":
        this.follow();
        break;
      case "Enter":
        if (!line || event.target.closest("a, button")) return;
        this.#reply(line, onReply);
        break;
      case "Escape":
        onLeave();
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  #reply(node, onReply) {
    const { line } = this.#elements.get(Number(node.closest("[data-key]").dataset.key));
    if (line.from && !line.notice) onReply(line);
  }
}
