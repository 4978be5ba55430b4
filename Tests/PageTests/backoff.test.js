import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "../../Public/backoff.js";

const unlucky = () => 0.999999;

test("the longest wait doubles with each try up to half a minute", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 7, 1000].map((attempt) => backoff(attempt, unlucky));
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
});

test("no wait is shorter than a quarter of a second", () => {
  for (const attempt of [0, 3, 50]) assert.equal(backoff(attempt, () => 0), 250);
});

test("two pages do not wait equally long", () => {
  assert.notEqual(backoff(5, () => 0.2), backoff(5, () => 0.7));
});
