import { backoff } from "./backoff.js";
import { Emitter } from "./emitter.js";

/** A silent connection is asked for a sign of life after so long, and given up when none comes. */
const silence = 45_000;
const patience = 10_000;

/** So many refusals in a row, from a gateway that is there, mean that the link is wrong. */
const refusalsToBelieve = 3;

/**
 * A connection that comes back by itself.
 *
 * Emits `message` (an object), and `state`: `{name}` with the name `connecting`, `open`, `waiting` (`until`, `reason`)
 * or `stopped`. The reason is `lost` (it was open), `restarting` (the gateway said goodbye, and when to come back), `away`
 * (the gateway does not answer) or `refused` (the gateway answers, but does not open this stream with this token).
 */
export class Socket extends Emitter {
  state = { name: "stopped" };
  #address;
  #probe;
  #isGatewayThere;
  #webSocket = null;
  #cursor = null;
  #attempt = 0;
  #refusals = 0;
  /** How long the gateway asked to stay away, in milliseconds. */
  #pause = null;
  #timer;
  #watch;

  /**
   * `address(cursor)` says where to connect; `probe` is a request that the gateway always answers; `isGatewayThere()`
   * asks it by another way, since a browser does not tell a refused WebSocket from an unreachable one.
   */
  constructor({ address, probe, isGatewayThere }) {
    super();
    this.#address = address;
    this.#probe = probe;
    this.#isGatewayThere = isGatewayThere;
  }

  /** Connects now, also when a later time was planned. */
  connect() {
    if (this.#webSocket) return;
    clearTimeout(this.#timer);
    this.#enter({ name: "connecting" });
    const webSocket = new WebSocket(this.#address(this.#cursor));
    this.#webSocket = webSocket;
    webSocket.onopen = () => this.#opened();
    webSocket.onmessage = ({ data }) => this.#heard(data);
    webSocket.onclose = () => this.#closed();
    this.#watch = setTimeout(() => this.#closed(), patience);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#drop();
    this.#enter({ name: "stopped" });
  }

  /** Sends a request, and says whether there was a connection to send it on. */
  send(request) {
    if (this.state.name !== "open") return false;
    this.#webSocket.send(JSON.stringify(request));
    return true;
  }

  /** Asks the other side for a sign of life; to be called when the device wakes up or changes its network. */
  check() {
    if (this.state.name === "waiting") return this.connect();
    if (!this.send(this.#probe)) return;
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#closed(), patience);
  }

  #opened() {
    this.#refusals = 0;
    this.#enter({ name: "open" });
    this.#expectSomething();
  }

  #heard(data) {
    this.#attempt = 0;
    this.#expectSomething();
    const message = parse(data);
    if (!message) return;
    if (typeof message.cursor === "string") this.#cursor = message.cursor;
    if (message.type === "reconnect") this.#pause = message.after_ms;
    this.emit("message", message);
  }

  #expectSomething() {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.check(), silence);
  }

  async #closed() {
    const wasOpen = this.state.name === "open";
    this.#drop();
    if (wasOpen) return this.#wait(this.#pause === null ? "lost" : "restarting");
    this.#enter({ name: "connecting" });
    const isThere = await this.#isGatewayThere();
    if (this.state.name !== "connecting" || this.#webSocket) return;
    this.#refusals = isThere ? this.#refusals + 1 : 0;
    this.#wait(!isThere ? "away" : this.#refusals >= refusalsToBelieve ? "refused" : "lost");
  }

  #wait(reason) {
    const delay = this.#pause ?? backoff(this.#attempt++);
    this.#pause = null;
    this.#timer = setTimeout(() => this.connect(), delay);
    this.#enter({ name: "waiting", reason, until: Date.now() + delay });
  }

  /** Lets go of a connection without waiting for its closing handshake, which a dead one never answers. */
  #drop() {
    clearTimeout(this.#watch);
    const webSocket = this.#webSocket;
    this.#webSocket = null;
    if (!webSocket) return;
    webSocket.onopen = webSocket.onmessage = webSocket.onclose = null;
    webSocket.close();
  }

  #enter(state) {
    this.state = state;
    this.emit("state", state);
  }
}

function parse(data) {
  try {
    const message = JSON.parse(data);
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null;
  }
}
