import assert from "node:assert/strict";
import { test } from "node:test";
import { Socket } from "../../Public/socket.js";
import { withClock } from "./clock.mjs";

/** Runs `script` with a socket, every WebSocket that it made, and every state that it told of. */
function withSocket(script, { isGatewayThere = true } = {}) {
  return withClock(async (advance) => {
    const { WebSocket } = globalThis;
    const made = [];
    globalThis.WebSocket = class {
      sent = [];
      constructor(address) {
        this.address = address;
        made.push(this);
      }
      send(text) {
        this.sent.push(JSON.parse(text));
      }
      close() {
        this.isClosed = true;
      }
    };
    const gateway = { isThere: isGatewayThere };
    const socket = new Socket({
      address: (cursor) => `ws://gateway/${cursor ?? ""}`,
      probe: { type: "status" },
      isGatewayThere: async () => gateway.isThere,
    });
    const states = [];
    socket.on("state", (state) => states.push(state.reason ?? state.name));
    try {
      socket.connect();
      await script({ socket, made, states, gateway, advance });
    } finally {
      socket.stop();
      globalThis.WebSocket = WebSocket;
    }
  });
}

/** Lets the newest connection end and gives the milliseconds that pass until the next one is tried. */
async function fail(made, advance) {
  const count = made.length;
  made.at(-1).onclose();
  for (let waited = 0; waited <= 30_000; waited += 50) {
    await advance(50);
    if (made.length > count) return waited;
  }
  throw new Error("No other try within half a minute.");
}

test("it comes back after the connection was lost", () => withSocket(async ({ made, states, advance }) => {
  made[0].onopen();
  made[0].onclose();
  await advance(500);
  assert.equal(made.length, 2);
  made[1].onopen();
  assert.deepEqual(states, ["connecting", "open", "lost", "connecting", "open"]);
}));

test("it comes back to where it was, when messages say where that is", () => withSocket(async ({ made, advance }) => {
  made[0].onopen();
  made[0].onmessage({ data: `{"type":"text","cursor":"c7"}` });
  made[0].onmessage({ data: `{"type":"status"}` });
  made[0].onclose();
  await advance(500);
  assert.deepEqual(made.map(({ address }) => address), ["ws://gateway/", "ws://gateway/c7"]);
}));

test("it comes back when the gateway that restarts said, and not before", () => withSocket(async ({ made, states, advance }) => {
  made[0].onopen();
  made[0].onmessage({ data: `{"type":"reconnect","after_ms":4000}` });
  const waited = await fail(made, advance);
  assert.ok(waited >= 3_900 && waited <= 4_000);
  assert.deepEqual(states.slice(0, 3), ["connecting", "open", "restarting"]);
  // The next loss is an ordinary one.
  made[1].onopen();
  assert.ok(await fail(made, advance) <= 500);
}));

test("it goes on trying, later and later, and begins anew once it was heard", () => withSocket(async ({ made, advance }) => {
  const waits = [];
  for (let attempt = 0; attempt < 12; attempt++) waits.push(await fail(made, advance));
  assert.ok(waits[0] <= 500);
  assert.ok(Math.max(...waits) > 2_000);
  made.at(-1).onopen();
  made.at(-1).onmessage({ data: `{"type":"status"}` });
  assert.ok(await fail(made, advance) <= 500);
}, { isGatewayThere: false }));

test("a gateway that is away is not called a wrong link", () => withSocket(async ({ made, states, advance }) => {
  for (let attempt = 0; attempt < 5; attempt++) {
    await fail(made, advance);
  }
  assert.ok(states.includes("away"));
  assert.ok(!states.includes("refused"));
}, { isGatewayThere: false }));

test("a gateway that is there and refuses three times does not know the link", () => withSocket(async ({ made, states, advance }) => {
  for (let attempt = 0; attempt < 3; attempt++) {
    assert.ok(!states.includes("refused"));
    await fail(made, advance);
  }
  assert.ok(states.includes("refused"));
}));

test("a restart in between is no refusal", () => withSocket(async ({ made, states, gateway, advance }) => {
  for (const isThere of [true, true, false, true, true]) {
    gateway.isThere = isThere;
    await fail(made, advance);
  }
  assert.ok(!states.includes("refused"));
}));

test("a silent connection is asked for a sign of life, and left when none comes", () => withSocket(async ({ made, states, advance }) => {
  made[0].onopen();
  await advance(46_000);
  assert.deepEqual(made[0].sent, [{ type: "status" }]);
  await advance(11_000);
  assert.ok(made[0].isClosed);
  assert.equal(states.at(-1), "connecting");
  assert.equal(made.length, 2);
}));

test("a connection that answers is kept", () => withSocket(async ({ made, advance }) => {
  made[0].onopen();
  for (let minute = 0; minute < 10; minute++) {
    await advance(50_000);
    made[0].onmessage({ data: `{"type":"status"}` });
  }
  assert.equal(made.length, 1);
}));

test("an attempt that nothing comes of is given up", () => withSocket(async ({ made, advance }) => {
  await advance(11_000);
  assert.ok(made[0].isClosed);
  assert.equal(made.length, 2);
}));

test("a device that wakes up does not wait for the planned time", () => withSocket(async ({ socket, made, advance }) => {
  made[0].onopen();
  made[0].onclose();
  socket.check();
  assert.equal(made.length, 2);
  await advance(5_000);
  assert.equal(made.length, 2);
}));

test("nothing is sent without a connection", () => withSocket(({ socket, made }) => {
  assert.equal(socket.send({ type: "status" }), false);
  made[0].onopen();
  assert.equal(socket.send({ type: "status" }), true);
}));

test("what is no message is skipped", () => withSocket(({ socket, made }) => {
  const messages = [];
  socket.on("message", (message) => messages.push(message));
  made[0].onopen();
  for (const data of ["", "no", "null", "[]", "{}", `{"type":7}`, `{"type":"text"}`]) made[0].onmessage({ data });
  assert.deepEqual(messages, [{ type: "text" }]);
}));

test("once stopped it stays stopped", () => withSocket(async ({ socket, made, advance }) => {
  made[0].onopen();
  made[0].onclose();
  socket.stop();
  await advance(60_000);
  assert.equal(made.length, 1);
}));
