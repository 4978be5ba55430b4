import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLink, readPageAddress, socketAddress } from "../../Public/link.js";

const me = { stream: "21", token: "a+b/c=&d" };

test("the socket is beside the page, behind whatever prefix and in the same security", () => {
  const plain = new URL(socketAddress("http://localhost:8080/chat.html?stream=21", me));
  assert.equal(plain.origin + plain.pathname, "ws://localhost:8080/ws/21");
  const prefixed = new URL(socketAddress("https://example.org/prefix/chat.html", me));
  assert.equal(prefixed.origin + prefixed.pathname, "wss://example.org/prefix/ws/21");
});

test("the token arrives as it is", () => {
  assert.equal(new URL(socketAddress("http://localhost/chat.html", me)).searchParams.get("token"), me.token);
});

test("a first connection asks for history, a later one for what came since", () => {
  const first = new URL(socketAddress("http://localhost/", me)).searchParams;
  assert.deepEqual([first.get("history"), first.get("since")], ["100", null]);
  const later = new URL(socketAddress("http://localhost/", me, "c/12")).searchParams;
  assert.deepEqual([later.get("history"), later.get("since")], [null, "c/12"]);
});

test("a stream cannot lead out of its place in the path", () => {
  assert.equal(new URL(socketAddress("http://localhost/chat.html", { stream: "../x", token: "t" })).pathname, "/ws/..%2Fx");
});

const links = [
  ["https://example.org/prefix/chat.html?stream=21&token=abc", { stream: "21", token: "abc" }],
  [" http://localhost:8080/chat.html?token=a%2Bb&stream=2 ", { stream: "2", token: "a+b" }],
  ["wss://example.org/ws/21?token=abc", { stream: "21", token: "abc" }],
  ["https://example.org/chat.html?stream=21", { stream: "21", token: "" }],
  ["https://example.org/", null],
  ["21", null],
  ["", null],
];
for (const [text, found] of links) {
  test(`${JSON.stringify(text)} is read as a link`, () => assert.deepEqual(parseLink(text), found));
}

test("the page's address says what to show", () => {
  assert.deepEqual(readPageAddress("?stream=21&token=T"), { stream: "21", token: "T", overlay: false, fade: 0 });
  assert.deepEqual(readPageAddress("?stream=21&token=T&overlay=1&fade=30"), { stream: "21", token: "T", overlay: true, fade: 30 });
  assert.deepEqual(readPageAddress("?fade=-1&stream="), { stream: null, token: null, overlay: false, fade: 0 });
});
