import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { contrast, nameColors, parseColor, readable, surfaces } from "../../Public/color.js";

const hardOnes = ["#000000", "#ffffff", "#0000FF", "#FFFF00", "#00FF7F", "#8A2BE2", "#777777", "#FF0000", "#171c1b"];

test("contrast is the ratio of WCAG", () => {
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
  assert.equal(contrast([255, 255, 255], [255, 255, 255]), 1);
  assert.equal(contrast([118, 118, 118], [255, 255, 255]).toFixed(2), "4.54");
});

for (const [theme, surface] of Object.entries(surfaces)) {
  for (const color of hardOnes) {
    test(`${color} becomes readable on ${theme}`, () => {
      assert.ok(contrast(parseColor(readable(color, surface)), parseColor(surface)) >= 4.5);
    });
  }
}

test("a colour that can be read is left as it is", () => {
  assert.equal(readable("#d11a1a", surfaces.light), "#d11a1a");
});

test("a name without a colour, or with nonsense for one, always gets the same readable one", () => {
  const [plain, nonsense] = [{ name: "ada" }, { name: "ada", color: "url(https://example.org)" }].map(nameColors);
  assert.deepEqual(plain, nonsense);
  assert.ok(contrast(parseColor(plain.light), parseColor(surfaces.light)) >= 4.5);
  assert.ok(contrast(parseColor(plain.dark), parseColor(surfaces.dark)) >= 4.5);
});

test("names are measured against the surfaces that the style sheet has", async () => {
  const style = await readFile(new URL("../../Public/style.css", import.meta.url), "utf8");
  assert.deepEqual([...style.matchAll(/--surface: (#\w+);/g)].map((match) => match[1]), [surfaces.light, surfaces.dark]);
});
