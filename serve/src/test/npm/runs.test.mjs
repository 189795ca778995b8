// The page of training runs: one that goes on, a step each second, and one whose log is damaged.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertAccessible, close, COLOURS, eventually, visit } from "./browser.mjs";

const GOING = "mini/going";
const ENDED = "mini/<b>ended</b> & more";
after(close);

/** Opens the page and chooses both runs. */
const look = (use, options) =>
  visit(async (page, context) => {
    for (const name of [GOING, ENDED]) await box(page, name).check();
    await eventually(async () => assert.equal(await page.locator(".chart").first().locator(".curve").count(), 2));
    await page.locator("#status", { hasText: "is shown" }).waitFor({ state: "attached" });
    await use(page, context);
  }, options);

const box = (page, name) => page.locator("#runs label", { hasText: name }).locator("input");
const chart = (page, name) => page.locator(".chart", { has: page.locator("figcaption", { hasText: name }) });
const curves = (page) => page.locator(".chart .curve").evaluateAll((all) => all.map((path) => path.getAttribute("d")));

test("runs lie over each other, and a run that goes on is followed", () =>
  look(async (page) => {
    assert.deepEqual(await page.locator(".chart figcaption").evaluateAll((all) => all.map((one) => one.firstChild.data)),
      ["student/loss", "student/held-out loss", "student/rate"]);
    assert.match(await page.locator("#runs label", { hasText: GOING }).textContent(), /running · base · \d+ of 60 steps/);
    assert.match(await page.locator("#runs label", { hasText: "ended" }).textContent(), /ended · base · 40 of 40 steps/);
    assert.equal(await page.locator("#view b b, #runs b").count(), 0, "a name is text");
    assert.match(await page.locator("#faults").textContent(), /ended<\/b> & more: log\.jsonl: the line at byte \d+ is not/);
    const before = await chart(page, "student/loss").locator(".legend").textContent();
    await box(page, GOING).focus();
    await eventually(async () => assert.notEqual(await chart(page, "student/loss").locator(".legend").textContent(), before));
    assert.ok(await box(page, GOING).evaluate((input) => input === document.activeElement), "refreshing keeps the focus");
    await box(page, ENDED).uncheck();
    await eventually(async () => assert.equal(await page.locator(".chart").first().locator(".curve").count(), 1));
    await page.reload();
    await page.locator(".chart").first().waitFor();
    assert.equal(await box(page, ENDED).isChecked(), false, "the choice is remembered");
  }));

test("charts are read by keys, and smoothing, log scale and the axis change them", () =>
  look(async (page) => {
    await page.locator("#smoothing").fill("0");
    const svg = chart(page, "student/loss").locator("svg");
    await svg.focus();
    await page.keyboard.press("Home");
    assert.match(await page.locator("#status").textContent(), /^step 1: .* 1/);
    await page.keyboard.press("ArrowRight");
    assert.match(await page.locator("#status").textContent(), /^step 2: .* 0\.5/);
    assert.match(await svg.getAttribute("aria-label"), /^student\/loss, step 2: .*mini\/going 0\.5/);
    assert.match(await chart(page, "student/rate").textContent(), /step 2/, "all charts show the same place");
    await box(page, GOING).uncheck();
    await eventually(async () => assert.equal(await page.locator(".chart").first().locator(".curve").count(), 1));
    const plain = await curves(page);
    await page.locator("#smoothing").fill("0.99");
    assert.notDeepEqual(await curves(page), plain);
    await page.locator("#smoothing").fill("0");
    assert.equal(await page.locator(".raw").count(), 0);
    const linear = await curves(page);
    await page.keyboard.press("l");
    assert.notDeepEqual(await curves(page), linear);
    assert.match(await chart(page, "student/rate").textContent(), /values up to 0 are not shown/);
    await page.keyboard.press("x");
    assert.match(await chart(page, "student/loss").locator("svg").textContent(), /min/);
    await page.keyboard.press("/");
    await page.keyboard.type("held-out");
    assert.equal(await page.locator(".chart").count(), 1);
  }));

test("sheets are shown over the steps, and recipes beside each other", () =>
  look(async (page) => {
    const strip = page.locator(".strip", { hasText: ENDED });
    assert.equal(await strip.locator("img").count(), 4);
    await strip.locator("button").last().click();
    assert.equal(await page.locator("#at-step").textContent(), "40");
    await page.keyboard.press("Home");
    assert.equal(await page.locator("#at-step").textContent(), "10");
    await eventually(async () => assert.equal(await page.locator("#sheet").evaluate((img) => img.naturalWidth), 16));
    await page.keyboard.press("Escape");
    const rows = () => page.locator("#recipe tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
    assert.deepEqual((await rows()).map(([key, ...values]) => [key, ...values.sort()]), [["training.steps", "40", "60"]]);
    assert.match(await page.locator("#changes").textContent(), /going was resumed after step 20 with another seed: 0 -> 1/);
    await page.locator("#differences").uncheck();
    assert.equal((await rows()).length, 3);
  }));

test("everybody can use the page, also on a telephone in the dark", () =>
  look(async (page) => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `the page is ${width} wide`);
    await assertAccessible(page, "dark");
    await page.locator("#theme").tap();
    await assertAccessible(page, "light", COLOURS);
    await page.locator("#help").tap();
    await assertAccessible(page, "keys");
  }, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: "dark" }));
