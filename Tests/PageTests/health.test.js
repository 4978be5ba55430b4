import assert from "node:assert/strict";
import { test } from "node:test";
import { sentencesOf } from "../../Public/health.js";

test("each sentence is said once, in the order in which the problems began", () => {
  const problems = [{ message: "b" }, { message: "a" }, { message: "b" }];
  assert.deepEqual(sentencesOf(problems), ["b", "a"]);
});

test("a problem without words is left out", () => {
  assert.deepEqual(sentencesOf([{ code: "new" }, { message: "" }, { message: 7 }, { message: "a" }]), ["a"]);
});
