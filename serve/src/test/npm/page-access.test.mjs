// The page for everyone: accessibility rules, the keyboard, screen readers, and languages.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { changed, close, eventually, frames, kept, listen, seen } from "./browser.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const MOST_STOPS = 32;
after(close);

/** Fails where axe finds violations. */
async function assertAccessible(page, where) {
  const found = await page.evaluate(async (source) => {
    if (!window.axe) (0, eval)(source);
    const { violations } = await window.axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }, AXE);
  assert.deepEqual(found, [], where);
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing in the ${colorScheme} page and its dialogs`, () =>
    listen(async (page) => {
      await page.locator("#negative").fill("text");
      await page.locator("#mode [value=sketch]").click();
      await page.locator("#grid").click();
      await kept(page, "two blue stars above a red house at night");
      await page.emulateMedia({ reducedMotion: "reduce" });
      await assertAccessible(page, "page");
      for (const [command, dialog] of [["help", "keys"], ["compare", "comparison"], ["export", "export-dialog"]]) {
        await page.locator(`#${command}`).click();
        await page.locator(`#${dialog}`).waitFor();
        await assertAccessible(page, dialog);
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
