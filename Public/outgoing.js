import { icon, make, smallButton } from "./dom.js";

/** A line on its way, or one that did not get through: with the reason and the ways out of it. */
export function makeOutgoing(line, { onEdit, onDismiss }) {
  const words = make("bdi", {}, line.input);
  if (line.state === "sending" || line.state === "waiting") {
    const spinner = make("span", { class: "spinner", "aria-hidden": "true" });
    return make("li", { class: "outgoing-line" }, spinner, makeText(progress(line), words));
  }
  const isFailed = line.state === "failed";
  const dismiss = smallButton(icon("close"), () => onDismiss(line));
  dismiss.setAttribute("aria-label", "Dismiss");
  return make("li", { class: `outgoing-line outgoing-${line.state}` },
    icon(isFailed ? "alert" : "question"),
    makeText(isFailed ? `Not sent. ${line.reason} ` : `${line.reason} `, words),
    smallButton("Edit", () => onEdit(line)),
    dismiss);
}

function makeText(what, words) {
  return make("span", { class: "outgoing-text" }, make("span", { class: "outgoing-what" }, what), words);
}

function progress({ state, queue }) {
  if (state === "sending") return "Sending ";
  if (queue === 0) return "Next in line ";
  return `Waiting behind ${queue === 1 ? "another line" : `${queue} lines`} `;
}
