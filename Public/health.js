import { make } from "./dom.js";

/** Whether the gateway answers at all, so that a refused link is told from a gateway that is away. */
export async function isGatewayThere() {
  try {
    const options = { cache: "no-store", signal: AbortSignal.timeout(5000) };
    const answer = await fetch(new URL("healthz", document.baseURI), options);
    return answer.ok;
  } catch {
    return false;
  }
}

/**
 * Says what is wrong with the gateway, as long as something is: what began first, and the rest on demand.
 *
 * The sentence stands in a live region that is always there, so that it is read out when it comes and when it changes.
 */
export class HealthBanner {
  #parts;

  constructor(element) {
    const find = (selector) => element.querySelector(selector);
    this.#parts = { element, sentence: find("[role=status]"), more: find("details"), summary: find("summary"), list: find("ul") };
  }

  /** Takes the `health` of a `status`. */
  show({ state, problems }) {
    const { element, sentence, more, summary, list } = this.#parts;
    const sentences = sentencesOf(problems);
    element.dataset.state = sentences.length > 0 ? state : "ok";
    // A live region speaks at each change, so an unchanged sentence is left alone.
    const first = sentences[0] ?? "";
    if (sentence.textContent !== first) sentence.textContent = first;
    more.hidden = sentences.length < 2;
    if (more.hidden) more.open = false;
    summary.textContent = `${sentences.length - 1} more`;
    list.replaceChildren(...sentences.slice(1).map((text) => make("li", {}, text)));
  }
}

/** What is told about problems, in the order in which they began; what is said twice only once. */
export function sentencesOf(problems) {
  const sentences = problems.map(({ message }) => message).filter((message) => typeof message === "string" && message);
  return [...new Set(sentences)];
}
