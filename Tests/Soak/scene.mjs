// The programs of a soak: a simulator, a gateway on it, and what they have to know of each other.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class Scene {
  folder = mkdtempSync(join(tmpdir(), "chat-relay-soak-"));
  #programs = [];

  /** Starts both programs; `channels` is how many channels there are, each with a stream of its own. */
  static async start(program, channels) {
    const scene = new Scene();
    scene.program = program;
    scene.simulator = await scene.#start(["simulator", "--port", "0", "--json", "--log-level", "error"]);
    scene.environment = {
      TWITCH_CLIENT_ID: scene.simulator.client_id,
      TWITCH_CLIENT_SECRET: scene.simulator.client_secret,
      TWITCH_API_URL: scene.simulator.api_url,
      TWITCH_AUTH_URL: scene.simulator.auth_url,
      TWITCH_EVENTSUB_URL: scene.simulator.eventsub_url,
      CHAT_RELAY_DATA: join(scene.folder, "data"),
    };
    scene.token = scene.#ask("user", "add", "soak").access_token;
    scene.streams = [];
    for (let number = 0; number < channels; number += 1) scene.streams.push(await scene.#stream(`harbor${number}`));
    await scene.control("users", { login: "tidewatch" });
    scene.gateway = await scene.#start(["serve", "--port", "0", "--json", "--log-level", "warning"]);
    return scene;
  }

  async #stream(channel) {
    await this.control("users", { login: channel });
    const scopes = ["user:read:chat", "user:write:chat", "user:bot", "channel:bot"];
    const tokens = await this.control(`users/${channel}/grant`, { scopes });
    await this.control(`channels/${channel}/live`, { title: "Soaking", viewers: 12 });
    const account = this.#ask(
      "account", "add", "--user", "soak", "--access-token", tokens.access_token, "--refresh-token", tokens.refresh_token,
    ).id;
    const stream = this.#ask("stream", "add", "--user", "soak", "--name", channel, "--account", String(account)).id;
    return { channel, account, id: stream, agent: new Agent({ keepAlive: true, maxSockets: 1 }) };
  }

  /** Tells the simulator something; what goes through the same agent arrives in order. */
  control(path, body, agent) {
    return post(`${this.simulator.url}/control/${path}`, JSON.stringify(body), agent);
  }

  /** Whether Twitch delivers to every shard. */
  async isReady() {
    return (await fetch(`${this.gateway.url}/readyz`)).ok;
  }

  socketURL(stream, cursor) {
    const since = cursor ? `&since=${encodeURIComponent(cursor)}` : "";
    return `${this.gateway.url.replace("http", "ws")}/ws/${stream.id}?token=${this.token}${since}`;
  }

  #ask(...command) {
    const environment = { ...process.env, ...this.environment };
    return JSON.parse(execFileSync(this.program, [...command, "--json"], { env: environment, encoding: "utf8" }));
  }

  /** Runs a program until the end; its first line of output is JSON that says where it is. */
  #start(command) {
    const log = openSync(join(this.folder, `${command[0]}.log`), "a");
    const child = spawn(this.program, command, {
      env: { ...process.env, ...this.environment }, stdio: ["ignore", "pipe", log],
    });
    this.#programs.push(child);
    return new Promise((resolve, reject) => {
      let printed = "";
      child.on("exit", (status, signal) => reject(new Error(`${command[0]} ended: ${signal ?? status}; see ${this.folder}`)));
      child.stdout.setEncoding("utf8").on("data", (part) => {
        printed += part;
        try {
          resolve({ ...JSON.parse(printed), pid: child.pid });
        } catch {}
      });
    });
  }

  /** Ends both, the gateway first; says how each ended. */
  async stop() {
    const endings = [];
    for (const child of this.#programs.reverse()) {
      const ending = new Promise((resolve) => child.once("exit", (status, signal) => resolve(signal ?? status)));
      if (child.exitCode === null && child.kill("SIGTERM")) endings.push(await ending);
      else endings.push(child.exitCode);
    }
    return endings;
  }

  log() {
    return readFileSync(join(this.folder, "serve.log"), "utf8");
  }

  clean() {
    rmSync(this.folder, { recursive: true });
  }
}

/** What a process has: resident memory in MB, descriptors, seconds of CPU. */
export function usage(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024;
  const times = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return {
    memory: megabytes("VmRSS"),
    // What is not of files: pages of those (the program, its libraries, the history) come and go as the kernel likes.
    anonymous: megabytes("RssAnon") + megabytes("RssShmem"),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    cpu: (Number(times[11]) + Number(times[12])) / 100,
  };
}

function post(url, body, agent) {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: "POST", agent, headers: { "Content-Length": Buffer.byteLength(body) } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => (text += part));
      answer.on("end", () => {
        if (answer.statusCode < 300) resolve(text ? JSON.parse(text) : null);
        else reject(new Error(`${url}: ${answer.statusCode} ${text}`));
      });
    });
    call.on("error", reject).end(body);
  });
}
