import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

const options = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe",
];

/**
 * Runs `script(browser)` with a headless Chromium that nobody else uses, and ends it whatever happens.
 *
 * It is driven over `--remote-debugging-pipe`: JSON with a NUL after each message, on descriptors 3 and 4. So neither
 * a port nor a WebSocket client is needed.
 */
export async function withChromium(script) {
  const profile = await mkdtemp(join(tmpdir(), "chat-relay-chromium-"));
  const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"];
  const chromium = spawn(process.env.CHROMIUM ?? "chromium", [...options, `--user-data-dir=${profile}`], { stdio });
  const ended = new Promise((resolve, reject) => chromium.on("error", reject).on("exit", resolve));
  try {
    const tooEarly = ended.then(() => Promise.reject(new Error("Chromium ended too early.")));
    return await Promise.race([script(new Browser(chromium)), tooEarly]);
  } finally {
    chromium.kill("SIGKILL");
    await ended.catch(() => {});
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Browser {
  #commands;
  #asked = new Map();
  #pages = new Map();
  #last = 0;

  constructor({ stdio: [, , , commands, answers] }) {
    this.#commands = commands;
    let rest = "";
    answers.setEncoding("utf8").on("data", (chunk) => {
      const messages = (rest + chunk).split("\0");
      rest = messages.pop();
      for (const message of messages) this.#receive(JSON.parse(message));
    });
  }

  /** Opens a page of its own; `complaints` collects what its console says against it. */
  async open(url, { width = 1280, height = 800 } = {}) {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId);
    this.#pages.set(sessionId, page);
    for (const domain of ["Page", "Runtime", "Log"]) await page.send(`${domain}.enable`);
    await page.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await page.send("Page.navigate", { url });
    return page;
  }

  send(method, params = {}, sessionId) {
    const id = ++this.#last;
    this.#commands.write(JSON.stringify({ id, method, params, sessionId }) + "\0");
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
  }

  #receive({ id, result, error, method, params, sessionId }) {
    if (id === undefined) return this.#pages.get(sessionId)?.note(method, params);
    const { resolve, reject } = this.#asked.get(id);
    this.#asked.delete(id);
    if (error) reject(new Error(error.message));
    else resolve(result);
  }
}

class Page {
  /** Errors, warnings and violations of the content security policy. */
  complaints = [];
  #browser;
  #session;

  constructor(browser, session) {
    this.#browser = browser;
    this.#session = session;
  }

  send(method, params) {
    return this.#browser.send(method, params, this.#session);
  }

  note(method, params) {
    if (method === "Log.entryAdded" && ["error", "warning"].includes(params.entry.level)) {
      this.complaints.push(params.entry.text);
    } else if (method === "Runtime.exceptionThrown") {
      this.complaints.push(describe(params.exceptionDetails));
    } else if (method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(params.type)) {
      this.complaints.push(params.args.map((argument) => argument.value ?? argument.description).join(" "));
    }
  }

  /** What the expression is on the page; promises are waited for. */
  async evaluate(expression) {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", options);
    if (exceptionDetails) throw new Error(describe(exceptionDetails));
    return result.value;
  }

  /** Waits until the expression is true, also across a navigation, and gives its value. */
  async until(expression, seconds = 20) {
    const deadline = Date.now() + seconds * 1000;
    let cause;
    while (Date.now() < deadline) {
      try {
        const value = await this.evaluate(expression);
        if (value) return value;
      } catch (error) {
        // A page that is not complete yet lacks elements, and one that goes away takes the answer with it.
        cause = error;
      }
      await setTimeout(30);
    }
    throw new Error(`Not within ${seconds} s: ${expression}`, { cause });
  }

  /** Types into whatever has the focus, as a keyboard does. */
  type(text) {
    return this.send("Input.insertText", { text });
  }

  async press(key, code = 0) {
    const text = key === "Enter" ? "\r" : undefined;
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, windowsVirtualKeyCode: code, text });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key, windowsVirtualKeyCode: code });
  }

  async screenshot() {
    const { data } = await this.send("Page.captureScreenshot", { format: "png" });
    return Buffer.from(data, "base64");
  }
}

function describe({ exception, text }) {
  return exception?.description ?? text;
}
