// Puts measurements, one JSON object a line, between the two marks of docs/reliability.md as a table.
import { readFileSync, writeFileSync } from "node:fs";

const [source, page, where] = process.argv.slice(2);
const records = readFileSync(source, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

const cell = (text) => String(text ?? "").replaceAll("|", "\\|");
const seconds = (value) => (value === undefined ? "" : `${value < 10 ? value.toFixed(2) : value.toFixed(1)} s`);
const count = (value) => (value === undefined ? "–" : value);

const rows = records.map((row) => [
  row.fault,
  row.made,
  row.recovered + (row.note ? ` (${row.note})` : ""),
  seconds(row.bound),
  seconds(row.measured),
  count(row.delivered),
  [row.lost, row.doubled, row.out_of_order].map(count).join(" / "),
  count(row.undelivered),
  [row.told && `\`${row.told}\``, row.gaps && "`gap`"].filter(Boolean).join(", ") || "–",
  row.seen ? `\`${row.seen}\`` : "–",
  `\`${row.filter.replace("FaultTests.", "")}\``,
]);
const head = [
  "fault", "how it was made", "what counts as over", "bound", "measured", "lines delivered", "lost / doubled / disordered",
  "not delivered by Twitch", "told", "seen by operators", "test",
];
const table = [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");

const [begin, end] = ["<!-- measurements -->", "<!-- end of measurements -->"];
const text = readFileSync(page, "utf8");
const before = text.slice(0, text.indexOf(begin) + begin.length);
const after = text.slice(text.indexOf(end));
writeFileSync(page, `${before}\n\nMeasured on ${where}, a debug build.\n\n${table}\n\n${after}`);
