import assert from "node:assert/strict";
import { test } from "node:test";
import { Chat, mostLines } from "../../Public/chat.js";
import { withClock } from "./clock.mjs";
import { FakeSocket, line, otherChannel, status } from "./samples.mjs";

/** A chat that is connected and has its first status; what it sent to get there is taken away. */
function withChat(script, { picked = 14, changes } = {}) {
  return withClock(async (advance) => {
    const socket = new FakeSocket();
    const chat = new Chat(socket, { picked });
    const receive = (message) => socket.emit("message", message);
    socket.open();
    receive(status(changes));
    const greeting = socket.take();
    await script({ chat, socket, receive, greeting, advance, texts: () => chat.lines.map(text) });
  });
}

const text = (line) => line.text ?? line.parts.map((part) => part.text).join("");

test("it asks for the status and the viewers as soon as there is a connection", () =>
  withChat(({ greeting }) => assert.deepEqual(greeting, [{ type: "status" }, { type: "viewcount" }])));

test("lines are kept in order, each once", () => withChat(({ receive, texts }) => {
  const first = line({ text: "one" });
  for (const message of [first, line({ text: "two" }), first]) receive(message);
  assert.deepEqual(texts(), ["one", "two"]);
}));

test("no more lines are kept than can be shown", () => withChat(({ receive, texts }) => {
  for (let number = 0; number < mostLines + 20; number++) receive(line({ text: `${number}` }));
  assert.equal(texts().length, mostLines);
  assert.equal(texts()[0], "20");
}));

test("a deleted message is taken out, and out of the replies to it", () => withChat(({ chat, receive, texts }) => {
  const parent = line({ text: "rude" });
  receive(parent);
  receive(line({ text: "now now", reply: { message_id: parent.id, text: "rude", from: { name: "x" } } }));
  receive({ type: "delete", account_id: 14, message_id: parent.id });
  assert.deepEqual(texts(), ["now now"]);
  assert.equal(chat.lines[0].quote, null);
}));

test("a clear for one user takes out that user's lines in that channel", () => withChat(({ receive, texts }) => {
  receive(line({ text: "a", from: { id: "7", name: "x" } }));
  receive(line({ text: "b", from: { id: "8", name: "y" } }));
  receive(line({ text: "c", from: { id: "7", name: "x" }, account_id: 15 }));
  receive({ type: "clear", account_id: 14, user_id: "7" });
  assert.deepEqual(texts(), ["b", "c"]);
}));

test("a clear takes out a channel's lines and says so", () => withChat(({ receive, texts }) => {
  receive(line({ text: "a" }));
  receive({ type: "text", account_id: 0, network: "irc", from: { id: 2, name: "test" }, text: "internal" });
  receive({ type: "clear", account_id: 14 });
  assert.deepEqual(texts(), ["internal", "The chat of jprjrdev was cleared by a moderator."]);
}));

test("a line is sent with an id and is not shown before it comes back", () => withChat(({ chat, socket, receive, texts }) => {
  assert.equal(chat.say("hello"), undefined);
  const [request] = socket.take();
  assert.deepEqual({ ...request, id: "?" }, { type: "text", id: "?", account_id: 14, cur_stream_account_id: 14, text: "hello" });
  assert.deepEqual([texts(), chat.outgoing.size], [[], 1]);

  receive({ type: "textresult", id: request.id, is_sent: true, message_id: "mine" });
  assert.equal(chat.outgoing.size, 0);
  receive(line({ id: "mine" }));
  assert.ok(chat.contextOf(chat.lines[0]).isMine);
}));

test("a line that came back before its result is known as one's own all the same", () => withChat(({ chat, socket, receive }) => {
  chat.say("hello");
  receive(line({ id: "mine" }));
  receive({ type: "textresult", id: socket.take()[0].id, is_sent: true, message_id: "mine" });
  assert.ok(chat.contextOf(chat.lines[0]).isMine);
}));

test("a dropped line says why", () => withChat(({ chat, socket, receive }) => {
  chat.say("hello");
  receive({ type: "textresult", id: socket.take()[0].id, is_sent: false, drop_reason: { code: "msg_duplicate", message: "Said before." } });
  assert.deepEqual([...chat.outgoing.values()].map(({ state, reason, input }) => [state, reason, input]), [["failed", "Said before.", "hello"]]);
}));

test("an error is told to the line that it is about", () => withChat(({ chat, socket, receive }) => {
  const problems = [];
  chat.on("problem", (problem) => problems.push(problem));
  chat.say("one");
  chat.say("two");
  const [, second] = socket.take();
  receive({ type: "error", code: "rate_limited", message: "Too fast.", request: { type: "text", id: second.id } });
  receive({ type: "error", code: "malformed", message: "What?", request: {} });
  assert.deepEqual([...chat.outgoing.values()].map(({ state }) => state), ["sending", "failed"]);
  assert.deepEqual(problems, ["What?"]);
}));

test("an outcome that nobody knows is not called a failure", () => withChat(({ chat, socket, receive }) => {
  chat.say("one");
  receive({ type: "error", code: "outcome_unknown", message: "Unknown.", request: { type: "text", id: socket.take()[0].id } });
  assert.equal([...chat.outgoing.values()][0].state, "unknown");
}));

test("what is not answered is in doubt after a while", () => withChat(async ({ chat, advance }) => {
  chat.say("one");
  await advance(19_000);
  assert.equal([...chat.outgoing.values()][0].state, "sending");
  await advance(2_000);
  assert.equal([...chat.outgoing.values()][0].state, "unknown");
}));

test("what was on its way when the connection broke is in doubt", () => withChat(({ chat, socket }) => {
  chat.say("one");
  socket.lose();
  assert.equal([...chat.outgoing.values()][0].state, "unknown");
  assert.match(chat.say("two"), /no connection/);
}));

test("commands change what is sent", () => withChat(({ chat, socket }) => {
  chat.say("/me waves");
  chat.say("/msg test psst");
  const [action, whisper] = socket.take();
  assert.deepEqual([action.type, action.text, action.account_id], ["emote", "waves", 14]);
  assert.deepEqual([whisper.type, whisper.text, whisper.account_id], ["text", "/msg test psst", 0]);
}));

test("a reply names the message", () => withChat(({ chat, socket, receive }) => {
  receive(line({ id: "parent" }));
  chat.say("indeed", chat.lines[0]);
  assert.equal(socket.take()[0].reply_to, "parent");
}));

test("the writer of a picked account is asked for once", () => withChat(({ chat, socket, receive }) => {
  chat.pick(17);
  receive(status());
  const requests = socket.take();
  assert.deepEqual(requests.map(({ type, account_id, cur_stream_account_id }) => [type, account_id, cur_stream_account_id]), [["writer", 17, 14]]);
  receive({ type: "writerresult", account_id: 17, cur_stream_account_id: 14 });
  assert.equal(chat.accounts.state, "ready");
}));

test("after a reconnection the writer is asked for again", () => withChat(({ socket, receive, greeting }) => {
  assert.equal(greeting.at(-1).type, "writer");
  receive({ type: "writerresult", account_id: 17, cur_stream_account_id: 14 });
  socket.lose();
  socket.open();
  receive(status());
  assert.deepEqual(socket.take().map(({ type }) => type), ["status", "viewcount", "writer"]);
}, { picked: 17 }));

test("a writer is only asked for when the channel is known", () => withChat(({ chat, socket }) => {
  assert.equal(chat.accounts.state, "aimless");
  chat.aim(15);
  assert.deepEqual(socket.take().map(({ cur_stream_account_id }) => cur_stream_account_id), [15]);
}, { picked: 17, changes: { 15: otherChannel } }));

test("a refused writer says why, and can be asked for again", () => withChat(({ chat, socket, receive, greeting }) => {
  receive({ type: "error", code: "account_unusable", message: "Link it again.", request: { type: "writer", id: greeting.at(-1).id } });
  assert.deepEqual([chat.accounts.state, chat.accounts.refusal], ["refused", "Link it again."]);
  chat.retryWriter();
  assert.deepEqual(socket.take().map(({ type }) => type), ["writer"]);
}, { picked: 17 }));

test("viewers are counted while their channel is live", () => withChat(({ chat, receive }) => {
  receive({ type: "viewcountresult", viewer_count: 12, stream_id: 21, account_id: 14 });
  assert.equal(chat.viewers.get(14), 12);
  receive(status({ 14: { live: false } }));
  assert.equal(chat.viewers.size, 0);
}));

test("being spoken to is noticed, by name and by reply", () => withChat(({ chat, receive }) => {
  receive(line({ text: "@John look" }));
  receive(line({ text: "yes", reply: { message_id: "x", text: "", from: { name: "gamethattunedev" } } }));
  receive(line({ text: "johnny" }));
  assert.deepEqual(chat.lines.map((line) => chat.contextOf(line).isMention), [true, true, false]);
}));

test("messages that the page does not know change nothing", () => withChat(({ chat, receive }) => {
  for (const type of ["hologram", "constructor", ""]) receive({ type, text: "x" });
  assert.equal(chat.lines.length, 0);
}));

test("a notice has the system's sentence and the user's words", () => withChat(({ chat, receive }) => {
  receive({ type: "notice", account_id: 14, id: "n", notice_type: "resub", text: "14 months!", from: { id: "5", name: "x" }, message: "still calm Kappa",
    emotes: [{ name: "Kappa", url: "https://example.org/25", begin: 11, end: 16 }] });
  const [notice] = chat.lines;
  assert.deepEqual([notice.notice.text, text(notice), notice.parts.at(-1).type], ["14 months!", "still calm Kappa", "emote"]);
}));

test("what waits for its turn is said to wait, and is in doubt only much later", () => withChat(async ({ chat, socket, receive, advance }) => {
  chat.say("one");
  const [{ id }] = socket.take();
  receive({ type: "queued", id, account_id: 14, cur_stream_account_id: 14, queue: 3 });
  const state = () => [...chat.outgoing.values()].map(({ state, queue }) => [state, queue]);
  assert.deepEqual(state(), [["waiting", 3]]);
  await advance(60_000);
  assert.deepEqual(state(), [["waiting", 3]]);
  receive({ type: "queued", id: "unknown", queue: 1 });
  await advance(180_000);
  assert.deepEqual(state(), [["unknown", 3]]);
}));

test("what waited is gone once it is sent, and in doubt when the connection breaks", () => withChat(({ chat, socket, receive }) => {
  chat.say("one");
  chat.say("two");
  const ids = socket.take().map(({ id }) => id);
  for (const id of ids) receive({ type: "queued", id, queue: 1 });
  receive({ type: "textresult", id: ids[0], is_sent: true, message_id: "m" });
  assert.deepEqual([...chat.outgoing.values()].map(({ state }) => state), ["waiting"]);
  socket.lose();
  assert.deepEqual([...chat.outgoing.values()].map(({ state }) => state), ["unknown"]);
}));

test("the gateway's health is told, and nothing is told of it without a connection", () => withChat(({ chat, socket, receive }) => {
  const states = [];
  chat.on("health", ({ state }) => states.push(state));
  const problem = { code: "shards_lost", message: "1 of 2 connections are up.", since: 1_700_000_000_000 };
  receive({ ...status(), health: { state: "degraded", problems: [problem] } });
  assert.deepEqual(chat.health.problems, [problem]);
  socket.lose();
  socket.open();
  receive(status());
  assert.deepEqual(states, ["degraded", "ok", "ok"]);
}));
