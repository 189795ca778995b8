// The page of a preference study. The pictures of the study are grey; each method has its own shade.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertAccessible, close, COLOURS, eventually, HYPERSD_URL, visit } from "./browser.mjs";

const PAIRS = 6;
after(close);

const ballot = (page) => page.locator('#pictures[aria-busy="false"]');
const count = (page, text) => page.locator("#count", { hasText: text }).waitFor();

/** Waits until `pairs` pairs are answered and the page takes answers for the next one, if there is one. */
async function answered(page, pairs) {
  await count(page, `${pairs} of ${PAIRS}`);
  const shown = pairs < PAIRS ? page.locator("#status", { hasText: `Pair ${pairs + 1} of ${PAIRS}: ` }) : page.locator("#done");
  await shown.waitFor({ state: pairs < PAIRS ? "attached" : "visible" });
}

/** Opens the page and begins as `name`. */
async function begin(use, name, options) {
  await visit(async (page, context) => {
    await page.locator("#name").fill(name);
    await page.keyboard.press("Enter");
    await ballot(page).waitFor();
    await use(page, context);
  }, options);
}

/** How bright the two pictures are that the page shows. */
function brightness(page) {
  return page.evaluate(() => ["left", "right"].map((id) => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    canvas.drawImage(document.getElementById(id), 0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data[0];
  }));
}

const prefer = async (page) => {
  const [left, right] = await brightness(page);
  return left > right ? "ArrowLeft" : "ArrowRight";
};

const pressed = (page) => page.locator('#questions [aria-pressed="true"]').evaluateAll((all) =>
  all.map((button) => button.dataset.answer));

test("a rater votes by keys, reloads, continues, and sees no pair twice", () =>
  begin(async (page) => {
    const seen = new Set();
    for (let pair = 0; pair < PAIRS; pair++) {
      let prompt;
      await eventually(async () => {
        prompt = await page.locator("#caption").textContent();
        assert.equal(await page.locator("#status").textContent(), `Pair ${pair + 1} of ${PAIRS}: ${prompt}`);
      });
      await ballot(page).waitFor();
      seen.add(`${prompt} ${(await brightness(page)).sort()}`);
      await page.keyboard.press(await prefer(page));
      await count(page, `${pair} of ${PAIRS}`);
      assert.equal(await page.locator("#status").textContent(), "Which picture fits the words better?");
      await page.keyboard.press("ArrowDown");
      await answered(page, pair + 1);
      if (pair === 2) {
        await page.reload();
        await ballot(page).waitFor();
        assert.equal(await page.locator("#welcome").isVisible(), false);
      }
    }
    assert.equal(seen.size, PAIRS);
    assert.ok(await page.locator("#done").isVisible());
    assert.equal(await page.evaluate(() => document.activeElement.id), "done-title");
    await page.reload();
    await page.locator("#done").waitFor();
  }, "Brighter"));

test("an answer can be taken back, before and after the pair was answered", () =>
  begin(async (page) => {
    assert.ok(await page.locator("#undo").isDisabled());
    await page.keyboard.press("ArrowLeft");
    assert.deepEqual(await pressed(page), ["left"]);
    await page.keyboard.press("u");
    assert.deepEqual(await pressed(page), []);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await answered(page, 1);
    await page.locator("#undo").click();
    await eventually(async () => assert.deepEqual(await pressed(page), ["right", "tie"]));
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await eventually(async () => assert.deepEqual(await pressed(page), []));
    await answered(page, 1);
    await page.keyboard.press("Backspace");
    await eventually(async () => assert.deepEqual(await pressed(page), ["left", "left"]));
  }, ""));

test("a key that is held down answers once", () =>
  begin(async (page) => {
    await page.keyboard.down("ArrowLeft");
    for (let i = 0; i < 5; i++) await page.keyboard.down("ArrowLeft");
    await page.keyboard.up("ArrowLeft");
    assert.deepEqual(await pressed(page), ["left"]);
    await count(page, `0 of ${PAIRS}`);
  }, "Held"));

test("two browsers are two raters with orders of their own", async () => {
  const orders = [];
  for (let i = 0; i < 2; i++) {
    await begin(async (page) => {
      const order = [];
      for (let pair = 0; pair < PAIRS; pair++) {
        order.push(await page.locator("#caption").textContent(), ...(await brightness(page)));
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("ArrowDown");
        await answered(page, pair + 1);
      }
      orders.push(order.join());
    }, "");
  }
  assert.ok(new Set(orders).size > 1);
});

test("nothing on the page or in what it loads names a method", () =>
  visit(async (page) => {
    const said = [];
    page.on("response", async (response) => {
      const body = await response.body().catch(() => "");
      said.push(response.url(), JSON.stringify(await response.allHeaders().catch(() => "")), body.toString("latin1"));
    });
    await page.reload();
    await page.keyboard.press("Tab");
    await page.locator("#begin button").click();
    await ballot(page).waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await answered(page, 1);
    said.push(await page.content());
    assert.ok(said.some((text) => text.endsWith("/pairs/1/left")), "the pictures are among what was seen");
    for (const text of said) assert.doesNotMatch(text, /-method|secret/);
    const [left, right] = await page.locator("#pictures img").evaluateAll((all) => all.map(({ src, alt }) => [src, alt]));
    assert.match(left[0], /^blob:/);
    assert.match(right[0], /^blob:/);
    assert.deepEqual([left[1], right[1]], ["Picture A", "Picture B"]);
  }));

test("the next pair is loaded before the present one is answered", () =>
  begin(async (page) => {
    await eventually(async () => {
      const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
      assert.ok(loaded.some((name) => name.endsWith("/pairs/1/right")));
    });
  }, ""));

test("an answer that cannot be kept is offered to be sent again", () =>
  begin(async (page) => {
    await page.route("**/pairs/0", (route) =>
      route.request().method() === "POST" ? route.fulfill({ status: 200, body: "{" }) : route.continue());
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowDown");
    await page.locator("#toast button", { hasText: "Try again" }).waitFor();
    await count(page, `0 of ${PAIRS}`);
    await page.unroute("**/pairs/0");
    await page.locator("#toast button").click();
    await answered(page, 1);
    assert.equal(await page.locator("#toast").isVisible(), false);
  }, ""));

test("a name that would mean something elsewhere is not taken", () =>
  visit(async (page) => {
    await page.locator("#name").fill("<b>=1");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("#name").evaluate((input) => input.validity.patternMismatch), true);
    assert.ok(await page.locator("#welcome").isVisible());
    await page.locator("#name").fill("Zoë O'Neil-2");
    await page.keyboard.press("Enter");
    await ballot(page).waitFor();
  }));

test("a prompt is text, whatever it contains", () =>
  begin(async (page) => {
    for (let pair = 0; pair < 2; pair++) {
      const prompt = await page.locator("#caption").textContent();
      assert.ok(["a grey cat", 'a grey <b>dog</b> & "friends"'].includes(prompt), prompt);
      assert.equal(await page.locator("#caption b").count(), 0);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await answered(page, pair + 1);
    }
  }, ""));

test("the page speaks the language of the browser, and another that is chosen and remembered", () =>
  begin(async (page) => {
    assert.equal(await page.title(), "Welches Bild ist besser?");
    assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
    await count(page, `0 von ${PAIRS}`);
    const tie = page.locator("#questions button").nth(1);
    assert.equal(await tie.textContent(), "Kein Unterschied ↓");
    await page.keyboard.press("ArrowLeft");
    await page.locator("#language").click();
    assert.equal(await tie.textContent(), "No difference ↓");
    assert.deepEqual(await pressed(page), ["left"], "what was answered stays answered");
    await count(page, `0 of ${PAIRS}`);
    assert.equal(await page.locator("#left").getAttribute("alt"), "Picture A");
    await page.reload();
    await ballot(page).waitFor();
    assert.equal(await tie.textContent(), "No difference ↓");
  }, "", { locale: "de-AT" }));

const RULES = { light: undefined, dark: COLOURS };
for (const [colorScheme, rules] of Object.entries(RULES)) {
  test(`everybody can use the page, ${colorScheme}`, () =>
    visit(async (page) => {
      await page.locator("#begin").waitFor();
      await assertAccessible(page, "welcome", rules);
      await page.locator("#begin button").click();
      await ballot(page).waitFor();
      await page.keyboard.press("ArrowLeft");
      await assertAccessible(page, "ballot", rules);
      for (const name of ["A ←", "No difference ↓", "B →"]) {
        assert.equal(await page.getByRole("button", { name, exact: true }).count(), 2, name);
      }
      await page.locator("#help").click();
      await assertAccessible(page, "keys", rules);
      await page.keyboard.press("Escape");
      await page.keyboard.press("ArrowLeft");
      await answered(page, 1);
      for (let pair = 1; pair < PAIRS; pair++) {
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("ArrowDown");
        await answered(page, pair + 1);
      }
      await assertAccessible(page, "done", rules);
    }, { colorScheme }));
}

const PHONES = { "upright": { width: 390, height: 844 }, "on its side": { width: 844, height: 390 } };
for (const [held, viewport] of Object.entries(PHONES)) {
  test(`a telephone ${held} shows both pictures, and fingers can vote`, () =>
    begin(async (page) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= viewport.width, `the page is ${width} wide`);
      const boxes = await Promise.all(["#left", "#right"].map((id) => page.locator(id).boundingBox()));
      for (const box of boxes) assert.ok(box.width >= 150 && box.y + box.height <= viewport.height, JSON.stringify(box));
      await page.locator("#questions fieldset").nth(0).locator("button").nth(0).tap();
      await page.locator("#questions fieldset").nth(1).locator("button").nth(2).tap();
      await answered(page, 1);
    }, "", { viewport, hasTouch: true, isMobile: true }));
}
