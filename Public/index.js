import { isGatewayThere } from "./health.js";
import { parseLink } from "./link.js";

const find = (id) => document.getElementById(id);
const [form, stream, token] = ["open", "stream", "token"].map(find);
const [problem, health] = ["problem", "health"].map(find);

// A whole link in either field fills in both.
for (const field of [stream, token]) {
  field.addEventListener("input", () => {
    problem.hidden = true;
    const link = parseLink(field.value);
    if (!link) return;
    stream.value = link.stream;
    token.value = link.token;
    (link.token ? form.querySelector("button") : token).focus();
  });
}

form.addEventListener("submit", (event) => {
  for (const field of [stream, token]) field.value = field.value.trim();
  if (/^[\w-]+$/.test(stream.value)) return;
  event.preventDefault();
  problem.textContent = "That is neither a chat link nor a stream’s number.";
  problem.hidden = false;
  stream.focus();
});

const isThere = await isGatewayThere();
health.dataset.health = isThere ? "there" : "away";
health.textContent = isThere ? "The gateway is running." : "The gateway does not answer right now.";
