const shortest = 250;
const longest = 30_000;

/**
 * Milliseconds to wait before try number `attempt` (from 0).
 *
 * The ceiling doubles with each try and the wait is anywhere below it, so that the pages which a restart threw out
 * do not all come back in the same instant.
 */
export function backoff(attempt, random = Math.random) {
  const ceiling = Math.min(longest, 500 * 2 ** Math.min(attempt, 16));
  return Math.round(shortest + random() * (ceiling - shortest));
}
