// Lets a gateway run for a while under a steady load, with visitors coming and going, and compares what it holds at the end with
// what it held after the first minute.
//
//   node Tests/Soak/soak.mjs [--minutes 30] [--rate 200] [--visitors 300] [--channels 4] [--program .build/release/chat-relay]
import { parseArgs } from "node:util";
import { Scene, usage } from "./scene.mjs";
import { tally, Visitor } from "./visitor.mjs";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    rate: { type: "string", default: "200" },
    visitors: { type: "string", default: "300" },
    channels: { type: "string", default: "4" },
    program: { type: "string", default: ".build/release/chat-relay" },
  },
});
const [minutes, rate, visitors] = [Number(values.minutes), Number(values.rate), Number(values.visitors)];

const scene = await Scene.start(values.program, Number(values.channels));
while (!(await scene.isReady())) await pause(200);
const people = Array.from({ length: visitors }, (_, index) => {
  // One visitor of each stream stays and writes; the others come and go.
  const isWriter = index < scene.streams.length;
  const habits = isWriter
    ? { stay: [1e9, 1e9], pause: [500, 1000], writes: 3000 }
    : { stay: [2_000, 40_000], pause: [100, 4_000], writes: 0 };
  return new Visitor(scene, scene.streams[index % scene.streams.length], habits);
});
for (const person of people) setTimeout(() => person.come(), Math.random() * 10_000);
const talking = talk();

console.log("second  gateway MB  of its own  descriptors  visitors  beyond  CPU %  messages read  simulator MB");
const samples = [];
const begun = Date.now();
let before = usage(scene.gateway.pid).cpu;
while (Date.now() < begun + minutes * 60_000) {
  await pause(10_000);
  sample();
}
const verdict = judge();
talking.stop();
for (const person of people) person.leave();
await pause(3_000);
const alone = usage(scene.gateway.pid);
console.log(`alone again: ${alone.memory.toFixed(1)} MB, ${alone.descriptors} descriptors`);
const endings = await scene.stop();
const [resultsMissing, log] = [tally.sent - tally.results, scene.log()];
console.log(JSON.stringify(tally), `said: ${talking.said}`, `endings: ${endings}`, `log lines: ${log.split("\n").length - 1}`);
const failures = [
  ...verdict,
  tally.messages === 0 && "nobody read anything",
  tally.lost && `${tally.lost} messages were lost without a gap`,
  tally.doubled && `${tally.doubled} messages came twice or out of order`,
  endings.some((ending) => ending !== 0) && "a program did not end in good order",
  resultsMissing > 8 && `${resultsMissing} lines have no result`,
].filter(Boolean);
console.log(failures.length ? `FAILED: ${failures.join("; ")}; see ${scene.folder}` : "passed");
if (!failures.length) scene.clean();
process.exit(failures.length ? 1 : 0);

function sample() {
  const second = Math.round((Date.now() - begun) / 1000);
  const gateway = usage(scene.gateway.pid);
  const open = people.filter((person) => person.socket && !person.socket.tcp.destroyed).length;
  const entry = { second, ...gateway, open, beyond: gateway.descriptors - open };
  samples.push(entry);
  const cells = [
    second, gateway.memory.toFixed(1), gateway.anonymous.toFixed(1), gateway.descriptors, open, entry.beyond, ((gateway.cpu - before) * 10).toFixed(1),
    tally.messages, usage(scene.simulator.pid).memory.toFixed(1),
  ];
  before = gateway.cpu;
  console.log(cells.map((cell, index) => String(cell).padStart([6, 12, 12, 13, 10, 8, 7, 15, 14][index])).join(""));
}

/** Compares the first samples after a minute with the last ones. */
function judge() {
  const early = samples.filter(({ second }) => second >= 58 && second < 95);
  const late = samples.slice(-early.length);
  const mean = (list, key) => list.reduce((sum, entry) => sum + entry[key], 0) / list.length;
  const [first, last] = [early, late].map((list) =>
    Object.fromEntries(["memory", "anonymous", "beyond"].map((key) => [key, mean(list, key)])));
  for (const [when, { memory, anonymous, beyond }] of [["after the first minute", first], ["at the end", last]]) {
    const megabytes = `${memory.toFixed(1)} MB, of which ${anonymous.toFixed(1)} not of files`;
    console.log(`${when}: ${megabytes}; ${beyond.toFixed(1)} descriptors beyond the visitors'`);
  }
  return [
    last.memory > first.memory * 1.1 && "memory grew by more than a tenth",
    last.anonymous > first.anonymous * 1.1 && "memory that is not of files grew by more than a tenth",
    last.beyond > first.beyond + 3 && "descriptors grew",
  ];
}

/** Lets the channels' chatter say `rate` numbered lines a second. */
function talk() {
  const next = scene.streams.map(() => 0);
  const state = { said: 0, failed: 0, stop: () => clearInterval(timer) };
  const started = Date.now();
  const timer = setInterval(() => {
    const due = Math.floor(((Date.now() - started) / 1000) * rate);
    while (state.said < due) {
      const index = state.said % scene.streams.length;
      const { channel, agent } = scene.streams[index];
      const text = `tide ${next[index]} rises over the harbour wall while everybody watches Kappa`;
      scene.control(`channels/${channel}/say`, { from: "tidewatch", text }, agent)
        .catch((error) => state.failed++ || console.error(error.message));
      next[index] += 1;
      state.said += 1;
    }
  }, 5);
  return state;
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
