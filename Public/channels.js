import { icon, make, outwardLink } from "./dom.js";
import { webAddress } from "./text.js";

/**
 * Shows what the stream consists of: the title and the live state above the chat, and a card for each channel beside
 * it.
 */
export class Channels {
  #chat;
  #stream;
  #parts;

  constructor(chat, stream, { title, live, list }) {
    this.#chat = chat;
    this.#stream = stream;
    this.#parts = { title, live, list };
    this.show();
  }

  show() {
    const { accounts, isKnown } = this.#chat;
    const { title, live, list } = this.#parts;
    title.textContent = this.#title();
    document.title = `${this.#title()} · chat-relay`;
    live.replaceChildren(...(isKnown ? this.#makeState() : []));
    list.replaceChildren(...accounts.channels.map((account) => this.#makeCard(account)));
  }

  #title() {
    const { channels } = this.#chat.accounts;
    if (channels.length === 0) return `Stream ${this.#stream}`;
    return channels.map((account) => account.name).join(", ");
  }

  #makeState() {
    if (!this.#chat.accounts.isLive) return [make("span", { class: "pill" }, "Offline")];
    const counts = [...this.#chat.viewers.values()];
    const watching = counts.reduce((sum, count) => sum + count, 0);
    return [livePill(), counts.length > 0 && viewers(watching)].filter(Boolean);
  }

  #makeCard({ id, name, url, title, category, isLive, network }) {
    const address = url && webAddress(url);
    const heading = address ? outwardLink(address, {}, name, icon("outward")) : name;
    const count = this.#chat.viewers.get(id);
    return make("li", { class: "card", "data-live": isLive },
      make("p", { class: "card-name" }, heading),
      make("p", { class: "card-state" },
        isLive ? livePill() : make("span", { class: "pill" }, "Offline"),
        isLive && count !== undefined ? viewers(count) : make("span", { class: "card-network" }, network.displayName)),
      title && make("p", { class: "card-title" }, make("bdi", {}, title)),
      category && make("p", { class: "card-category" }, make("bdi", {}, category)));
  }
}

function livePill() {
  return make("span", { class: "pill pill-live" }, "Live");
}

function viewers(count) {
  return make("span", { class: "viewers" }, icon("eye"), ` ${count.toLocaleString()}`,
    make("span", { class: "hidden" }, count === 1 ? " viewer" : " viewers"));
}
