// Opens the page in headless Chromium, reads a message, sends one and sees it come back once.
//
// PAGE_URL names the chat page of a running gateway. Without it, `chat-relay demo` is started on a free port.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { withChromium } from "./chromium.mjs";

const program = fileURLToPath(new URL("../../.build/debug/chat-relay", import.meta.url));
let demo = null;
let address = process.env.PAGE_URL;
let simulator = null;

before(async () => {
  if (address) return;
  demo = spawn(program, ["demo", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  address = await chatPageOf(demo);
}, { timeout: 60_000 });

after(async () => {
  if (!demo) return;
  const ended = new Promise((resolve) => demo.on("exit", (status, signal) => resolve(signal ?? status)));
  demo.kill("SIGTERM");
  assert.equal(await ended, 0, "The demo ends in good order.");
}, { timeout: 20_000 });

test("the page reads, writes and sees its own line come back once", { timeout: 180_000 }, async () => {
  await withChromium(async (browser) => {
    const page = await browser.open(address);
    await page.until(`document.querySelector(".line .said .name")?.textContent.length > 0`, 40);
    await page.until(`document.querySelector("#sender").value !== ""`);

    const text = `hello from Chromium ${Date.now()} <b>&amp;`;
    await say(page, text);
    await page.until(`${linesWith(text)}.length === 1`);
    await page.until(`document.querySelectorAll(".outgoing-line").length === 0`);
    assert.equal(await page.evaluate(`document.querySelector("#input").value`), "");

    // What comes a second time comes late; the next line of our own is a sign that everything before it is here.
    const marker = `/me counts ${Date.now()}`;
    await say(page, marker);
    await page.until(`${linesWith(marker.slice("/me ".length))}.length === 1`);
    assert.equal(await page.evaluate(`${linesWith(text)}.length`), 1);
    assert.equal(await page.evaluate(`document.querySelectorAll("#log b, #log script").length`), 0);
    assert.deepEqual(page.complaints, []);
  });
});

test("a wrong token is told in words", { timeout: 120_000 }, async () => {
  await withChromium(async (browser) => {
    const wrong = new URL(address);
    wrong.searchParams.set("token", "this-token-opens-nothing");
    const page = await browser.open(wrong.href);
    await page.until(`document.querySelector("[data-state=refused]").checkVisibility()`);
  });
});

test("a whole link fills in the start page", { timeout: 120_000 }, async () => {
  await withChromium(async (browser) => {
    const page = await browser.open(new URL(".", address).href);
    await page.until(`document.querySelector("#health").textContent !== ""`);
    await page.evaluate(`document.querySelector("#stream").focus()`);
    await page.type(address);
    await page.evaluate(`document.querySelector("#open").requestSubmit()`);
    await page.until(`document.querySelector("#log") && document.querySelector("#sender").value !== ""`);
    const { searchParams } = new URL(address);
    const opened = new URL(await page.evaluate("location.href")).searchParams;
    assert.equal(opened.get("stream"), searchParams.get("stream"));
    assert.equal(opened.get("token"), searchParams.get("token"));
    assert.deepEqual(page.complaints, []);
  });
});

test("what is wrong is told near the top until it is over", { timeout: 180_000, skip: Boolean(process.env.PAGE_URL) }, async () => {
  await withChromium(async (browser) => {
    const page = await browser.open(address, { width: 390, height: 780 });
    await page.until(`document.querySelector("#sender").value !== ""`, 40);
    assert.equal(await page.evaluate(`document.querySelector("#health").offsetHeight`), 0);
    await control("PATCH", "/behavior", { sends_welcome: false });
    await control("POST", "/sockets/shard:0/drop", {});
    await page.until(`document.querySelector("#health [role=status]").checkVisibility() && document.querySelector("#health").dataset.state === "degraded"`);
    assert.match(await page.evaluate(`document.querySelector("#health [role=status]").textContent`), /1 of 2 connections/);
    await control("PATCH", "/behavior", { sends_welcome: true });
    await page.until(`document.querySelector("#health").dataset.state === "ok"`, 60);
    assert.equal(await page.evaluate(`document.querySelector("#health [role=status]").textContent`), "");
    assert.deepEqual(page.complaints, []);
  });
});

/** Tells the demo's simulated Twitch what goes wrong. */
async function control(method, path, body) {
  const answer = await fetch(simulator + "/control" + path, { method, body: JSON.stringify(body) });
  assert.ok(answer.ok, await answer.text());
}

/** An expression for the lines that say exactly `text`. */
function linesWith(text) {
  return `[...document.querySelectorAll(".line .text")].filter((line) => line.textContent === ${JSON.stringify(text)})`;
}

async function say(page, text) {
  await page.evaluate(`document.querySelector("#input").focus()`);
  await page.type(text);
  await page.until(`document.querySelector("#send").getAttribute("aria-disabled") === "false"`);
  await page.press("Enter", 13);
}

/** The first address of a chat page that the demo prints. */
function chatPageOf(demo) {
  return new Promise((resolve, reject) => {
    let printed = "";
    demo.on("error", reject).on("exit", () => reject(new Error(`The demo ended without a chat page:\n${printed}`)));
    demo.stdout.setEncoding("utf8").on("data", (chunk) => {
      printed += chunk;
      const address = /https?:\/\/\S+\/chat\.html\?\S+(?=\s)/.exec(printed)?.[0];
      simulator = /simulated Twitch at (http\S+);/.exec(printed)?.[1];
      if (address && simulator) resolve(address);
    });
  });
}
