// A WebSocket client small enough to have hundreds of: text frames in, text frames out, pings answered (RFC 6455).
import { connect } from "node:net";
import { randomBytes } from "node:crypto";

export class Socket {
  onText = () => {};
  onClose = () => {};
  #buffer = Buffer.alloc(0);
  #isOpen = false;
  #code = 1006;

  constructor(url) {
    const { hostname, port, pathname, search } = new URL(url);
    this.tcp = connect(Number(port), hostname, () => {
      this.tcp.write(
        `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
      );
    });
    this.tcp.setNoDelay(true);
    this.tcp.on("data", (bytes) => this.#take(bytes));
    this.tcp.on("error", () => {});
    this.tcp.on("close", () => this.onClose(this.#code, this.#isOpen));
  }

  send(text) {
    this.#write(0x81, Buffer.from(text));
  }

  /** Says goodbye and waits for the other end to close. */
  close() {
    this.#write(0x88, Buffer.from([0x03, 0xe8]));
  }

  /** Goes without a word, as a phone in a tunnel does. */
  vanish() {
    this.tcp.resetAndDestroy();
  }

  #write(head, payload) {
    if (!this.#isOpen || this.tcp.destroyed) return;
    const long = payload.length > 125;
    const frame = Buffer.alloc((long ? 8 : 6) + payload.length); // the mask is four zeros
    frame[0] = head;
    frame[1] = 0x80 | (long ? 126 : payload.length);
    if (long) frame.writeUInt16BE(payload.length, 2);
    payload.copy(frame, long ? 8 : 6);
    this.tcp.write(frame);
  }

  #take(bytes) {
    let buffer = this.#buffer.length ? Buffer.concat([this.#buffer, bytes]) : bytes;
    if (!this.#isOpen) {
      const end = buffer.indexOf("\r\n\r\n");
      if (end < 0) return void (this.#buffer = buffer);
      if (!buffer.subarray(0, 12).equals(Buffer.from("HTTP/1.1 101"))) return this.tcp.destroy();
      this.#isOpen = true;
      buffer = buffer.subarray(end + 4);
    }
    let start = 0;
    for (let frame; (frame = parse(buffer, start)); start = frame.end) this.#read(frame);
    this.#buffer = buffer.subarray(start);
  }

  #read({ opcode, payload }) {
    if (opcode === 1) this.onText(payload.toString());
    if (opcode === 9) this.#write(0x8a, payload);
    if (opcode === 8) {
      if (payload.length >= 2) this.#code = payload.readUInt16BE(0);
      this.tcp.end();
    }
  }
}

/** The frame that begins there, once it is whole; a server's frames are neither masked nor, here, in pieces. */
function parse(buffer, start) {
  if (buffer.length < start + 2) return null;
  let length = buffer[start + 1] & 0x7f;
  let head = 2;
  if (length === 126) {
    if (buffer.length < start + 4) return null;
    length = buffer.readUInt16BE(start + 2);
    head = 4;
  } else if (length === 127) {
    if (buffer.length < start + 10) return null;
    length = Number(buffer.readBigUInt64BE(start + 2));
    head = 10;
  }
  const end = start + head + length;
  if (buffer.length < end) return null;
  return { opcode: buffer[start] & 0x0f, payload: buffer.subarray(start + head, end), end };
}
