/**
 * Says how the connection is whenever it is not simply there, with the seconds to the next try and a way not to wait
 * for them.
 */
export class ConnectionBanner {
  #element;
  #sentence;
  #countdown;
  #button;
  #tick;
  #wasOpen = false;

  constructor(socket, element) {
    this.#element = element;
    this.#sentence = element.querySelector("#sentence");
    this.#countdown = element.querySelector("#countdown");
    this.#button = element.querySelector("button");
    this.#button.addEventListener("click", () => socket.connect());
    socket.on("state", (state) => this.#show(state));
  }

  #show(state) {
    clearInterval(this.#tick);
    this.#wasOpen ||= state.name === "open";
    // The first connecting of all is said by the empty chat, and a try that follows a failed one by what it was
    // already.
    const isFirst = !this.#wasOpen && this.#element.hidden && state.name === "connecting";
    this.#element.hidden = state.name === "open" || isFirst;
    this.#button.disabled = state.name !== "waiting";
    if (state.name === "connecting") this.#countdown.textContent = "Connecting…";
    if (state.name !== "waiting") return;
    this.#element.dataset.reason = state.reason;
    this.#say(sentences[state.reason]);
    this.#count(state.until);
    this.#tick = setInterval(() => this.#count(state.until), 500);
  }

  /** A live region speaks at each change, so an unchanged sentence is left alone. */
  #say(sentence) {
    if (this.#sentence.textContent !== sentence) this.#sentence.textContent = sentence;
  }

  #count(until) {
    const seconds = Math.max(1, Math.ceil((until - Date.now()) / 1000));
    this.#countdown.textContent = `Next try in ${seconds} s.`;
  }
}

const sentences = {
  lost: "The connection was lost.",
  restarting: "The gateway restarts.",
  away: "The gateway cannot be reached.",
  refused: "This link does not open a stream: its token or its stream is wrong, or you may not read it any more.",
};
