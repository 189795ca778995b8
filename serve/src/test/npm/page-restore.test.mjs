// The page brings back pictures with everything that they were made with: from files, from the history, by undo.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { changed, close, drop, eventually, kept, listen, saved, seen, stroke } from "./browser.mjs";

after(close);

const type = (page, prompt) => page.locator("#prompt").fill(prompt);
const fourSteps = "Steps: 4";

test("a saved picture comes back identical when it is dropped on the page, with its drawing", () =>
  listen(async (page, sent) => {
    await page.locator("#steps button", { hasText: "4" }).click();
    await page.locator("#seed").fill("18446744073709551557");
    await stroke(page);
    await type(page, "a yellow fish"); // The last, so that a picture of these words has all the settings.
    await page.locator("#about").filter({ hasText: "seed 18446744073709551557" }).waitFor();
    await kept(page, "a yellow fish");
    const [picture, drawing, request] = [await seen(page), await seen(page, "#sketch"), sent.at(-1)];
    const { name, bytes } = await saved(page);
    assert.equal(name, "a-yellow-fish-18446744073709551557.png");
    assert.ok(bytes.includes("a yellow fish"));
    assert.ok(!bytes.includes(fourSteps), "infotext says the steps of the whole schedule");

    await page.locator("#clear").click();
    await page.locator("#seed").fill("1");
    await page.locator("#steps button", { hasText: "3" }).click();
    await type(page, "something else");
    await changed(page, picture);
    await drop(page, bytes);
    await eventually(() => assert.equal(sent.at(-1).prompt, "a yellow fish"));
    await eventually(async () => assert.equal(await seen(page), picture));
    assert.equal(await seen(page, "#sketch"), drawing);
    assert.deepEqual({ ...sent.at(-1), id: 0 }, { ...request, id: 0 });
    assert.equal(await page.locator("#steps [aria-checked=true]").textContent(), "4", "steps do not drift");
    await page.locator("#toast", { hasText: "Everything is set as this picture was made." }).waitFor();
  }));

test("a picture of another program is drawn as its infotext says, and says what is missing", () =>
  listen(async (page, sent) => {
    await page.locator("#eta").fill("0.35");
    await type(page, "a green tree");
    await kept(page, "a green tree");
    const picture = await seen(page);
    const { bytes } = await saved(page);
    const infotext = Buffer.from(bytes);
    infotext.write("foreigns", infotext.indexOf("hypersd\0") - 0, "latin1"); // Only its infotext is read now.
    await type(page, "something else");
    await page.locator("#eta").fill("0");
    await changed(page, picture);
    await drop(page, infotext);
    await eventually(() => assert.equal(sent.at(-1).prompt, "a green tree"));
    await eventually(async () => assert.equal(await seen(page), picture));
    assert.equal(sent.at(-1).eta, 0.35);
    assert.equal(sent.at(-1).image, undefined, "the picture comes of its settings, not of itself");
    await page.locator("#toast button", { hasText: "Draw on it instead" }).click();
    await eventually(() => assert.ok(sent.at(-1).image?.startsWith("data:image/png;base64,")));
  }));

test("the history restores a picture with everything, and undo goes back over it", () =>
  listen(async (page, sent) => {
    await page.locator("#steps button", { hasText: "2" }).click();
    await stroke(page);
    await type(page, "first");
    await kept(page, "first");
    const [picture, drawing] = [await seen(page), await seen(page, "#sketch")];
    await page.locator("#clear").click();
    await page.locator("#steps button", { hasText: "5" }).click();
    await page.locator("#shapes [value='3:2']").click();
    await type(page, "second");
    await kept(page, "second");
    const second = await seen(page);
    await page.locator('#history [title="first"]').click();
    await eventually(() => assert.equal(sent.at(-1).prompt, "first"));
    assert.equal(sent.at(-1).steps, 2);
    await eventually(async () => assert.equal(await seen(page), picture));
    assert.equal(await seen(page, "#sketch"), drawing);
    await page.keyboard.press("Control+z");
    await eventually(async () => assert.equal(await seen(page), second));
    assert.equal(await page.locator("#prompt").inputValue(), "second");
    await page.keyboard.press("Control+y");
    await eventually(async () => assert.equal(await seen(page), picture));
    for (let i = 0; i < 20; i++) await page.keyboard.press("Control+z");
    assert.ok(await page.locator("#undo").isDisabled(), "everything is undone");
    await eventually(() => assert.equal(sent.at(-1).steps, undefined));
  }));
