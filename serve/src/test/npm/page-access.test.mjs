// The page for everyone: accessibility rules, the keyboard, screen readers, and languages.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  arrived, assertAccessible, changed, close, COLOURS, eventually, frames, kept, listen, seen, visit,
} from "./browser.mjs";

const MOST_STOPS = 32;
after(close);

/** Lets the page meet what pages of private windows meet in some browsers. */
const forbidMemory = (page) =>
  page.addInitScript(() => Object.defineProperty(window, "localStorage", {
    get: () => { throw new DOMException("denied", "SecurityError"); },
  }));

const RULES = { light: undefined, dark: COLOURS };
for (const [colorScheme, rules] of Object.entries(RULES)) {
  test(`axe finds nothing in the ${colorScheme} page and its dialogs`, () =>
    listen(async (page) => {
      await page.locator("#negative").fill("text");
      await page.locator("#mode [value=sketch]").click();
      await page.locator("#grid").click();
      await kept(page, "two blue stars above a red house at night");
      await assertAccessible(page, "page", rules);
      for (const [command, dialog] of [["help", "keys"], ["compare", "comparison"], ["export", "export-dialog"]]) {
        await page.locator(`#${command}`).click();
        await page.locator(`#${dialog}`).waitFor();
        await assertAccessible(page, dialog, rules);
        await page.keyboard.press("Escape");
      }
    }, { colorScheme }));
}

test("few stops of the tab key lead through the page, and arrow keys move within groups", () =>
  listen(async (page) => {
    await page.locator("h1").click();
    const stops = [];
    for (let here = ""; here !== "BODY" && stops.length < 99; stops.push(here)) {
      await page.keyboard.press("Tab");
      here = await page.evaluate(() => document.activeElement.id || document.activeElement.tagName);
    }
    assert.ok(stops.length <= MOST_STOPS, `${stops.length} stops: ${stops}`);
    await page.locator("#palette button").first().focus();
    await page.keyboard.press("ArrowRight");
    const grey = page.locator("#palette").getByRole("radio", { name: "grey" });
    assert.equal(await grey.getAttribute("aria-checked"), "true");
    await page.keyboard.press("End");
    const brown = page.locator("#palette").getByRole("radio", { name: "brown" });
    assert.equal(await brown.getAttribute("aria-checked"), "true");
    await page.locator("#again").focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.evaluate(() => document.activeElement.id), "grid");
  }));

test("the keyboard draws", () =>
  listen(async (page, sent) => {
    const [empty, words] = [await seen(page, "#sketch"), await seen(page)];
    await page.locator("#sketch").focus();
    await page.keyboard.press("ArrowLeft");
    assert.equal(await seen(page, "#sketch"), empty, "the pen is up");
    await page.keyboard.press("Space");
    assert.equal(await page.locator("#announcement").textContent(), "Pen down");
    for (let i = 0; i < 5; i++) await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Space");
    const line = await seen(page, "#sketch");
    assert.notEqual(line, empty);
    await page.keyboard.press("ArrowDown");
    assert.equal(await seen(page, "#sketch"), line, "the pen is up again");
    await changed(page, words);
    assert.ok(sent.at(-1).image);
    await page.keyboard.press("Control+z");
    assert.equal(await seen(page, "#sketch"), empty, "a stroke is undone as one");
  }));

test("new pictures are announced, once they stay", () =>
  listen(async (page) => {
    await page.locator("#prompt").fill("a green tree");
    await page.locator("#announcement", { hasText: "New picture: a green tree, seed 7" }).waitFor({ state: "attached" });
    assert.equal(await page.locator("#picture").getAttribute("aria-label"), "Picture of a green tree, seed 7");
  }));

test("keys do nothing behind dialogs, and every control has a name", () =>
  listen(async (page, sent) => {
    await page.locator("#help").click();
    assert.ok(await page.locator("#keys").isVisible());
    const { length } = sent;
    for (const key of ["3", "x", "f", "t", "l", "Control+Enter", "Control+z"]) await page.keyboard.press(key);
    await frames(page);
    assert.equal(sent.length, length);
    assert.ok(await page.locator("#undo").isDisabled(), "nothing was changed");
    await page.keyboard.press("Escape");
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("button, input, select, textarea")]
        .filter((e) => e.checkVisibility())
        .filter((e) => !(e.ariaLabel || e.textContent.trim() || e.title || e.labels?.length))
        .map((e) => e.outerHTML));
    assert.deepEqual(nameless, []);
  }));

test("the page speaks the language of the browser, and another that is chosen and remembered", () =>
  listen(async (page) => {
    const again = page.locator("#again");
    assert.equal(await again.textContent(), "Noch eins");
    assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
    await page.locator("#language").click();
    assert.equal(await again.textContent(), "Another one");
    assert.equal(await page.locator("#palette button").first().getAttribute("aria-label"), "black");
    await page.reload();
    await eventually(async () => assert.equal(await again.textContent(), "Another one"));
  }, { locale: "de-AT" }));

test("a browser that keeps nothing draws, and changes theme and language", () =>
  visit(async (page) => {
    await arrived(page);
    const before = await page.locator("html").evaluate(({ lang, dataset }) => [lang, dataset.theme]);
    await page.locator("#theme").click();
    await page.locator("#language").click();
    assert.deepEqual(before, ["en", "light"]);
    assert.deepEqual(await page.locator("html").evaluate(({ lang, dataset }) => [lang, dataset.theme]), ["de", "dark"]);
  }, { before: forbidMemory, isAlone: true, colorScheme: "light" }));
