// What is on the canvas of the page, and what becomes of it: mask, free paper, ControlNets, camera, and the picture that
// stays. The server draws fast pictures in BF16.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { close, eventually, HYPERSD_URL, kept, listen as listenIn, reds, saved, seen, stroke } from "./browser.mjs";

after(close);

const listen = (use) => listenIn(use, { permissions: ["camera"] });

/** Repeats until the latest request has this mask. */
const masked = (page, sent, places, expected) =>
  eventually(async () => {
    const { mask } = sent.at(-1);
    assert.ok(mask, "the latest request has no mask");
    assert.deepEqual(await reds(page, mask, ...places), expected);
  });

const LINE = { from: [0.2, 0.5], to: [0.8, 0.5] };

test("a mask is painted, erased, inverted, removed and undone, by pointer and by keyboard", () =>
  listen(async (page, sent) => {
    const places = [[0.3, 0.5], [0.7, 0.5], [0.5, 0.1]];
    await stroke(page, { from: [0.2, 0.2], to: [0.8, 0.2] });
    await page.locator("#tool [value=mask]").click();
    await stroke(page, LINE);
    await masked(page, sent, places, [255, 255, 0]);
    const drawing = sent.findLast(({ mask }) => !mask).image;
    assert.equal(sent.at(-1).image, drawing, "the drawing stays as it is");
    assert.ok(await page.locator("#mask").isVisible());
    await page.locator("#tool [value=erase]").click();
    await stroke(page, { from: [0.6, 0.5], to: [0.9, 0.5] });
    await masked(page, sent, places, [255, 0, 0]);
    await page.locator("#invert").click();
    await masked(page, sent, places, [0, 255, 255]);
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    await masked(page, sent, places, [255, 255, 0]);
    await page.locator("#unmask").click();
    await eventually(() => assert.equal(sent.at(-1).mask, undefined));
    await page.locator("#tool [value=mask]").click();
    await page.locator("#sketch").focus();
    for (const key of [" ", "Shift+ArrowLeft", "Shift+ArrowLeft", " "]) await page.keyboard.press(key);
    await masked(page, sent, [[0.45, 0.5], [0.9, 0.9]], [255, 0]);
    await page.locator("#unmask").click();
    await page.locator("#clear").click();
    await page.locator("#tool [value=draw]").click();
    await page.locator("#tool [value=mask]").click();
    await stroke(page, LINE);
    await masked(page, sent, [[0.5, 0.5], [0.5, 0.1]], [255, 0]);
    assert.notEqual(sent.at(-1).image, drawing, "over an empty canvas, the picture that is shown is masked");
  }));

test("free paper is drawn from nothing, and the drawing guides it as far as its freedom goes", () =>
  listen(async (page, sent) => {
    await stroke(page, LINE);
    await page.locator("#paper").click();
    await masked(page, sent, [[0.5, 0.5], [0.5, 0.1]], [0, 255]);
    assert.equal(sent.at(-1).strength, 1);
    assert.equal(sent.at(-1).kept_strength, 0.7);
    await page.locator("#tool [value=mask]").click();
    await stroke(page, { from: [0.5, 0.4], to: [0.5, 0.6] });
    await masked(page, sent, [[0.5, 0.5], [0.25, 0.5], [0.5, 0.1]], [255, 0, 255]);
    assert.equal(sent.at(-1).kept_strength, undefined, "what a mask keeps stays");
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    await eventually(() => assert.equal(sent.at(-1).mask, undefined));
  }));

test("several ControlNets follow the drawing, each in its way, and the page shows what they see", () =>
  listen(async (page, sent) => {
    await page.locator("#model").selectOption("sd15");
    await page.locator("#mode [value=scribble]").click();
    await page.locator("#control").selectOption("controlnet-sd15");
    await page.locator("#add-control").click();
    await page.locator("#control-2").selectOption("controlnet-sd15-b");
    await page.locator("#preprocessor-2").selectOption("canny");
    await page.locator("#scale-2").fill("0.5");
    await stroke(page, LINE);
    await eventually(async () => {
      const { controls: [first, second] = [] } = sent.at(-1);
      assert.deepEqual([first?.name, first?.preprocessor, first?.scale], ["controlnet-sd15", undefined, 1]);
      assert.deepEqual([second?.name, second?.preprocessor, second?.scale], ["controlnet-sd15-b", "canny", 0.5]);
      assert.deepEqual(await reds(page, first.image, [0.5, 0.5], [0.5, 0.1]), [255, 0], "lines are light on black");
      assert.ok((await reds(page, second.image, [0.5, 0.1]))[0] > 200, "others see the drawing");
    });
    const views = page.locator(".control canvas");
    const sees = (i) => views.nth(i).evaluate((canvas) =>
      [...canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 8, 1, 1).data].slice(0, 3));
    // The server of this test takes the picture itself for its edges.
    await eventually(async () => assert.deepEqual([await sees(0), (await sees(1))[0] > 200], [[0, 0, 0], true]));
    await page.locator(".control button").first().click();
    await eventually(() => assert.deepEqual(sent.at(-1).controls.map(({ name }) => name), ["controlnet-sd15-b"]));
    await page.keyboard.press("Control+z");
    await eventually(() => assert.equal(sent.at(-1).controls.length, 2));
  }));

test("the camera and the screen are drawn from, until somebody draws", () =>
  listen(async (page, sent) => {
    for (const kind of ["camera", "screen"]) {
      if (kind === "screen") await replaceDevices(page); // No screen can be chosen where nobody sees one.
      const drawn = await seen(page, "#sketch");
      await page.locator(`#${kind}`).click();
      await eventually(async () => assert.notEqual(await seen(page, "#sketch"), drawn));
      await eventually(() => assert.ok(sent.at(-1).image));
      assert.equal(await page.locator(`#${kind}`).getAttribute("aria-pressed"), "true");
      await stroke(page, LINE);
      assert.equal(await page.locator(`#${kind}`).getAttribute("aria-pressed"), "false", "drawing takes the canvas");
      await page.keyboard.press("Control+z");
      await page.keyboard.press("Control+z");
      assert.equal(await seen(page, "#sketch"), drawn, "all frames are undone at once");
    }
  }));

test("frames that hardly differ are not asked for, and a refusal is said", () =>
  listen(async (page, sent) => {
    await replaceDevices(page);
    await page.locator("#camera").click();
    await eventually(() => assert.ok(sent.at(-1).image));
    const afterFrames = async (more) => {
      const count = () => page.evaluate(() => window.frames.count);
      const from = await count();
      await eventually(async () => assert.ok((await count()) > from + more));
      return new Set(sent.map(({ image }) => image)).size;
    };
    const asked = await afterFrames(10); // The first frame of a camera may be black.
    assert.equal(await afterFrames(10), asked, "noise alone asks for nothing");
    await page.evaluate(() => (window.frames.colour = "rgb(40, 90, 160)"));
    await eventually(() => assert.ok(new Set(sent.map(({ image }) => image)).size > asked));
    await page.locator("#camera").click();
    assert.equal(await page.locator("#camera").getAttribute("aria-pressed"), "false");
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
    });
    await page.locator("#camera").click();
    await page.locator("#toast", { hasText: "was not allowed" }).waitFor();
  }));

test("what stays is what the server draws with care, and what is saved", () =>
  listen(async (page, sent, context) => {
    await page.locator("#steps [value='2']").click();
    await page.locator("#prompt").fill("a red house");
    await page.locator("#enlarge [value='2']").click();
    await eventually(() => assert.deepEqual([sent.at(-1).final, sent.at(-1).hires], [true, 2]));
    const moving = sent.filter(({ prompt, final }) => prompt === "a red house" && !final);
    assert.ok(moving.length > 0 && moving.every(({ hires }) => hires === undefined), "the moving hand asks for less");
    const { type, id, previews, ...request } = sent.at(-1);
    await kept(page, "a red house");
    const { bytes } = await saved(page);
    const response = await context.request.post(`${HYPERSD_URL}/v1/images/generations`, { data: request });
    const { data: [{ b64_json: expected }] } = await response.json();
    assert.equal(await pixels(page, bytes.toString("base64")), await pixels(page, expected));
    const rough = await context.request.post(`${HYPERSD_URL}/v1/images/generations`, { data: { ...request, final: false } });
    assert.notEqual(await pixels(page, (await rough.json()).data[0].b64_json), await pixels(page, expected));
    await page.locator("#prompt").fill("in haste");
    await page.locator('#picture[aria-label*="in haste"]').waitFor();
    assert.match((await saved(page)).name, /^in-haste-\d+\.png$/);
    assert.ok(sent.some(({ prompt, final }) => prompt === "in haste" && final), "saving asks for what stays");
  }));

/** Puts a camera and a screen in place of the browser's that show `frames.colour` with a little noise. */
const replaceDevices = (page) =>
  page.evaluate(() => {
    const context = Object.assign(document.createElement("canvas"), { width: 64, height: 48 }).getContext("2d");
    window.frames = { colour: "rgb(200, 120, 60)", count: 0 };
    setInterval(() => {
      context.fillStyle = window.frames.colour;
      context.fillRect(0, 0, 64, 48);
      context.fillStyle = `rgb(255 255 255 / ${(window.frames.count++ % 3) / 200})`;
      context.fillRect(0, 0, 64, 48);
    }, 30);
    const stream = async () => context.canvas.captureStream();
    Object.assign(navigator.mediaDevices, { getUserMedia: stream, getDisplayMedia: stream });
  });

/** All values of a PNG, as one number. */
const pixels = (page, base64) =>
  page.evaluate(async (src) => {
    const picture = Object.assign(new Image(), { src });
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    canvas.drawImage(picture, 0, 0);
    const { data } = canvas.getImageData(0, 0, picture.width, picture.height);
    return data.reduce((sum, value, i) => (sum * 31 + value * (i % 251)) % 1000000007, picture.width);
  }, `data:image/png;base64,${base64}`);
