// One who comes and goes: reads a stream, leaves in one way or another, and comes back with the cursor.
import { Socket } from "./socket.mjs";

export const tally = {
  open: 0, connections: 0, resumed: 0, messages: 0, gaps: 0, lost: 0, doubled: 0, refused: 0, turnedAway: 0,
  sent: 0, results: 0, dropped: 0,
};

export class Visitor {
  #cursor = null;
  /** The number of the last message that was read; each channel's are counted up by one. */
  #last = null;
  #mayMiss = true;

  constructor(scene, stream, { stay, pause, writes }) {
    Object.assign(this, { scene, stream, stay, pause, writes });
  }

  come() {
    if (this.isDone) return;
    const socket = new Socket(this.scene.socketURL(this.stream, this.#cursor));
    this.socket = socket;
    tally.connections += 1;
    if (this.#cursor) tally.resumed += 1;
    else this.#mayMiss = true;
    let isCounted = false;
    let isLeaving = false;
    socket.onText = (text) => {
      if (!isCounted) {
        isCounted = true;
        tally.open += 1;
      }
      this.#read(JSON.parse(text));
    };
    const leaving = setTimeout(() => {
      isLeaving = true;
      clearInterval(this.writing);
      if (Math.random() < 0.5) socket.close();
      else socket.vanish();
    }, random(this.stay));
    socket.onClose = (code, wasOpen) => {
      clearTimeout(leaving);
      clearInterval(this.writing);
      if (isCounted) tally.open -= 1;
      if (!wasOpen) tally.refused += 1;
      else if (!isLeaving && !this.isLeaving) tally.turnedAway += 1;
      setTimeout(() => this.come(), random(this.pause));
    };
    setTimeout(() => socket.send('{"type":"status"}'), 200);
    if (this.writes) this.writing = setInterval(() => this.#write(), this.writes);
  }

  leave() {
    this.isDone = this.isLeaving = true;
    this.socket.close();
  }

  #write() {
    const { account } = this.stream;
    const request = { type: "text", account_id: account, cur_stream_account_id: account, text: `soaking ${Math.random()}` };
    tally.sent += 1;
    this.socket.send(JSON.stringify({ ...request, id: String(tally.sent) }));
  }

  #read(message) {
    if (message.cursor) this.#cursor = message.cursor;
    if (message.type === "gap") {
      tally.gaps += 1;
      this.#mayMiss = true;
    } else if (message.type === "textresult") {
      tally.results += 1;
      if (!message.is_sent) tally.dropped += 1;
    } else if (message.type === "text" && message.text.startsWith("tide ")) {
      this.#count(Number(message.text.split(" ")[1]));
    }
  }

  #count(number) {
    tally.messages += 1;
    if (this.#last !== null) {
      if (number <= this.#last) tally.doubled += 1;
      else if (number > this.#last + 1 && !this.#mayMiss) tally.lost += number - this.#last - 1;
    }
    this.#mayMiss = false;
    this.#last = number;
  }
}

function random([least, most]) {
  return least + Math.random() * (most - least);
}
