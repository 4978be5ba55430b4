import assert from "node:assert/strict";
import { test } from "node:test";
import { longest, parseInput } from "../../Public/commands.js";

const understood = [
  ["hello there", { type: "text", text: "hello there", internal: false, length: 11 }],
  ["  two\nlines \r\n of it ", { type: "text", text: "two lines of it", internal: false, length: 15 }],
  ["/me waves", { type: "emote", text: "waves", internal: false, length: 9 }],
  ["/ME waves", { type: "emote", text: "waves", internal: false, length: 9 }],
  ["/irc only us", { type: "text", text: "/irc only us", internal: true, length: 7 }],
  ["/irc /me waves", { type: "emote", text: "/irc waves", internal: true, length: 5 }],
  ["/msg  grace   hey, who is that?", { type: "text", text: "/msg grace hey, who is that?", internal: true, length: 17 }],
  ["/ is a slash", { type: "text", text: "/ is a slash", internal: false, length: 12 }],
  ["👋🏽", { type: "text", text: "👋🏽", internal: false, length: 2 }],
];

for (const [input, request] of understood) {
  test(`${JSON.stringify(input)} is understood`, () => assert.deepEqual(parseInput(input), request));
}

for (const input of ["", "   ", "/me", "/me ", "/irc", "/msg", "/msg grace", "/msg grace  ", "/ban grace", "/me\n"]) {
  test(`${JSON.stringify(input)} is not sent`, () => assert.match(parseInput(input).problem, /\.$/));
}

test("the limit is counted in code points, with /me and without what only addresses", () => {
  const full = "🌊".repeat(longest);
  assert.equal(parseInput(full).problem, undefined);
  assert.match(parseInput(full + "!").problem, /^1 character/);
  assert.equal(parseInput(`/irc ${full}`).problem, undefined);
  assert.equal(parseInput(`/msg grace ${full}`).problem, undefined);
  assert.equal(parseInput(`/me ${"a".repeat(longest - 4)}`).problem, undefined);
  assert.equal(parseInput(`/me ${"a".repeat(longest)}`).length, longest + 4);
});
