import assert from "node:assert/strict";
import { test } from "node:test";
import { cut, mentioned, webAddress } from "../../Public/text.js";

const kappa = (begin) => ({ id: "25", name: "Kappa", url: "https://example.org/25", begin, end: begin + 5 });

/** The parts in short: text as it is, everything else with its type. */
const short = (parts) => parts.map(({ type, text }) => (type === "text" ? text : [type, text]));

test("emotes stand where the gateway says", () => {
  assert.deepEqual(short(cut("hi Kappa Kappa!", { emotes: [kappa(3), kappa(9)] })), ["hi ", ["emote", "Kappa"], " ", ["emote", "Kappa"], "!"]);
  assert.equal(cut("Kappa", { emotes: [kappa(0)] })[0].url, "https://example.org/25");
});

test("offsets count code points, so emoji before an emote do not move it", () => {
  assert.deepEqual(short(cut("👋🏽 🌊 Kappa", { emotes: [kappa(5)] })), ["👋🏽 🌊 ", ["emote", "Kappa"]]);
});

test("ranges in any order are put in order", () => {
  assert.deepEqual(short(cut("Kappa and Kappa", { emotes: [kappa(10), kappa(0)] })), [["emote", "Kappa"], " and ", ["emote", "Kappa"]]);
});

const impossible = [
  { begin: 3, end: 99 }, { begin: -2, end: 3 }, { begin: 4, end: 4 }, { begin: 5, end: 2 }, { begin: "0", end: "5" }, { begin: 0.5, end: 2 }, {},
];
for (const range of impossible) {
  test(`the range ${JSON.stringify(range)} changes nothing`, () => {
    assert.deepEqual(short(cut("hi Kappa", { emotes: [{ ...kappa(0), begin: undefined, end: undefined, ...range }] })), ["hi Kappa"]);
  });
}

test("of overlapping ranges the first wins, and no character is lost", () => {
  assert.deepEqual(short(cut("KappaHD", { emotes: [kappa(0), { ...kappa(3), end: 7 }] })), [["emote", "Kappa"], "HD"]);
});

test("cheers and mentions are parts of their own", () => {
  const parts = cut("Cheer100 for @Ada", { cheermotes: [{ bits: 100, begin: 0, end: 8 }], mentions: [{ begin: 13, end: 17 }] });
  assert.deepEqual(short(parts), [["cheer", "Cheer100"], " for ", ["mention", "@Ada"]]);
});

const linked = {
  "see https://example.org/a?b=c&d for more": ["see ", ["link", "https://example.org/a?b=c&d"], " for more"],
  "(https://example.org/a).": ["(", ["link", "https://example.org/a"], ")."],
  "(see https://en.wikipedia.org/wiki/Tide_(sea)).": ["(see ", ["link", "https://en.wikipedia.org/wiki/Tide_(sea)"], ")."],
  "javascript:alert(1) data:text/html,x": ["javascript:alert(1) data:text/html,x"],
  "https:// and http://": ["https:// and http://"],
  "mail a@example.org and @ada, @grace_h!": ["mail a@example.org and ", ["mention", "@ada"], ", ", ["mention", "@grace_h"], "!"],
  "https://example.org/@ada": [["link", "https://example.org/@ada"]],
  "<img src=x onerror=alert(1)>": ["<img src=x onerror=alert(1)>"],
};
for (const [text, parts] of Object.entries(linked)) {
  test(`${text} is cut at its links`, () => assert.deepEqual(short(cut(text)), parts));
}

test("an empty text has no parts", () => assert.deepEqual(cut(""), []));

test("only the web's own schemes lead anywhere", () => {
  assert.equal(webAddress("https://example.org/a"), "https://example.org/a");
  assert.equal(webAddress("emotes/25.png", "http://localhost:8080/prefix/chat.html"), "http://localhost:8080/prefix/emotes/25.png");
  for (const url of ["javascript:alert(1)", "data:image/svg+xml,x", "file:///etc/passwd", "", undefined]) assert.equal(webAddress(url), null);
});

test("a line speaks to the people it names", () => {
  assert.deepEqual(mentioned("@Ada, @grace_h! and bob, who is bob@example.org"), ["ada", "grace_h"]);
});
