// The page in a real browser: inputs and the pictures that follow them.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { arrived, changed, close, eventually, HYPERSD_URL, kept, listen, reds, seen, stroke, visit } from "./browser.mjs";

const DARK = "rgb(18, 17, 22)";
after(close);

test("an image is shown without a click", () => visit(async (page) => arrived(page)));

test("the image follows the prompt while it is typed, and the latest input wins", () =>
  listen(async (page, sent) => {
    const first = await seen(page);
    await page.locator("#prompt").fill("");
    await page.locator("#prompt").pressSequentially("three");
    await eventually(() => assert.equal(sent.at(-1).prompt, "three", "typing is followed while it goes on"));
    await page.locator("#prompt").evaluate(async (prompt) => {
      for (const words of ["three gre", "three green tre", "three green trees"]) {
        prompt.value = words;
        prompt.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise(requestAnimationFrame);
      }
    });
    await changed(page, first);
    await kept(page, "three green trees");
    assert.equal(sent.at(-1).prompt, "three green trees");
    const brief = await page.locator('#history [title="three gre"]').count();
    assert.equal(brief, 0, "prompts that were shown only briefly are not kept");
  }));

test("the image follows the drawing, and undo and clear", () =>
  listen(async (page, sent) => {
    const empty = await seen(page, "#sketch");
    const words = await seen(page);
    await stroke(page);
    await changed(page, words);
    assert.ok(sent.at(-1).image.startsWith("data:image/png;base64,"));
    assert.ok(sent.at(-1).strength > 0);
    assert.match(sent.at(-1).size, /^(\d+)x\1$/);
    assert.equal(await page.locator("#mode [value=sketch]").getAttribute("aria-checked"), "true");
    assert.notEqual(await seen(page, "#sketch"), empty);
    await page.keyboard.press("Control+z");
    assert.equal(await seen(page, "#sketch"), empty);
    await stroke(page, { from: [0.5, 0.2], to: [0.5, 0.8] });
    await page.locator("#clear").click();
    assert.equal(await seen(page, "#sketch"), empty);
    await eventually(() => assert.equal(sent.at(-1).image, undefined));
  }));

test("a scribble is sent to a ControlNet, together with the weights of LoRAs", () =>
  listen(async (page, sent) => {
    await page.locator("#model").selectOption("sd15");
    await page.locator("#mode [value=scribble]").click();
    await page.locator("#control").selectOption("controlnet-sd15");
    await page.locator("#style-found button", { hasText: "sd15-a-kohya" }).click();
    await stroke(page);
    await eventually(async () => {
      const { controls: [control] = [], model, loras } = sent.at(-1);
      assert.equal(model, "sd15");
      assert.equal(control?.name, "controlnet-sd15");
      assert.deepEqual(await reds(page, control.image, [0.5, 0.5], [0.5, 0.1]), [255, 0], "lines are white on black");
      assert.deepEqual(loras, [{ name: "sd15-a-kohya", weight: 1 }]);
    });
  }));

test("steps, eta and the seed are set by keys and by controls", () =>
  listen(async (page, sent) => {
    await page.locator("h1").click();
    await page.keyboard.press("3");
    await eventually(() => assert.equal(sent.at(-1).steps, 3));
    await page.locator("#steps button", { hasText: "1" }).click();
    await page.locator("#eta").fill("0.5");
    await eventually(() => assert.equal(sent.at(-1).eta, 0.5));
    assert.equal(sent.at(-1).steps, 1);
    await page.locator("#steps button", { hasText: "1" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await eventually(() => assert.equal(sent.at(-1).steps, 3, "arrows choose the neighbour"));
    const { seed } = sent.at(-1);
    await page.locator("#prompt").fill("kept");
    await eventually(() => assert.equal(sent.at(-1).prompt, "kept"));
    assert.equal(sent.at(-1).seed, seed, "a seed that is kept stays");
    await page.keyboard.press("Escape");
    await page.keyboard.press("l");
    await page.locator("#prompt").fill("free");
    await eventually(() => assert.equal(sent.at(-1).prompt, "free"));
    const free = sent.at(-1).seed;
    assert.notEqual(free, seed, "a seed that is free changes");
    await page.keyboard.press("Control+Enter");
    await eventually(() => assert.notEqual(sent.at(-1).seed, free, "another one has another seed"));
    assert.equal(sent.at(-1).prompt, "free");
  }));

test("numbers of steps are compared side by side", () =>
  listen(async (page) => {
    await page.locator("#compare").click();
    await page.locator("#compare-steps").click();
    await page.locator("#columns img").nth(3).waitFor();
    const captions = await page.locator("#columns figcaption").allTextContents();
    assert.deepEqual(captions.map((text) => parseInt(text)), [1, 2, 4, 8]);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#comparison").isVisible(), false);
  }));

test("what speaks against the settings is shown until it is dismissed", () =>
  listen(async (page) => {
    await page.locator("#model").selectOption("Hyper-SDXL-1step-Unet");
    await page.locator("#steps button", { hasText: "3" }).click();
    const warning = page.locator("#warnings li", { hasText: "was distilled for 1 steps, not 3" });
    await warning.waitFor();
    await page.getByRole("button", { name: /^Dismiss: Hyper-SDXL/ }).click();
    await eventually(async () => assert.equal(await warning.count(), 0));
    await page.locator("#prompt").fill("still the same");
    await kept(page, "still the same");
    assert.equal(await warning.count(), 0, "a sentence that was dismissed stays away");
    await page.locator("#steps button", { hasText: "2" }).click();
    await page.locator("#warnings li", { hasText: "not 2" }).waitFor();
    await page.locator("#steps button", { hasText: "1" }).click();
    await eventually(async () => assert.equal(await page.locator("#warnings li").count(), 0));
  }));

test("dark and light are chosen and remembered", () =>
  listen(async (page) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.locator("#theme").click();
    await eventually(async () => assert.equal(await ground(), DARK));
    await page.reload();
    await eventually(async () => assert.equal(await ground(), DARK));
    assert.notEqual(light, DARK);
  }, { colorScheme: "light" }));

test("everything fits on a telephone", () =>
  listen(async (page) => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `the page is ${width} wide`);
    await page.locator("#prompt").fill("a very large cat in the garden ".repeat(30));
    await page.locator("#warnings li").waitFor();
    for (const id of ["picture", "sketch"]) {
      const { y, height } = await page.locator(`#${id}`).boundingBox();
      assert.ok(y >= 0 && y + height <= 844, `${id} is in view beside a long prompt and what is said about it`);
    }
    await page.locator("#adjust").click();
    for (const id of ["prompt", "sketch", "picture", "again", "compare", "steps", "seed", "model", "save", "theme"]) {
      await page.locator(`#${id}`).scrollIntoViewIfNeeded();
      const box = await page.locator(`#${id}`).boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= 390, `${id} is at ${box.x}, ${box.width} wide`);
    }
    await page.locator("#adjust").click();
    await page.locator("#settings").waitFor({ state: "hidden" });
    const before = await seen(page);
    await stroke(page);
    await changed(page, before);
  }, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }));

test("scripts of other sites do not run", () =>
  visit(async (page) => {
    const policy = (await page.request.get(HYPERSD_URL)).headers()["content-security-policy"];
    assert.match(policy, /script-src 'self';/);
    assert.doesNotMatch(policy, /unsafe/);
  }));
