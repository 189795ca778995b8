// The page shows what it does: presets, tokens, sizes, several pictures, comparison, export, and its connection.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { changed, close, eventually, HYPERSD_URL, kept, listen, seen, stroke, visit } from "./browser.mjs";

after(close);

const eta = (page) => page.locator(".slider", { has: page.locator("#eta") }).locator("output");
const last = (sent, check) => eventually(() => check(sent.at(-1)));

test("the values of the preset are shown, and others can be chosen, 0 too", () =>
  listen(async (page, sent) => {
    await page.locator("#model").selectOption("tiny");
    await eventually(async () => assert.equal(await eta(page).textContent(), "not used"));
    await page.locator("#model").selectOption("merged-Hyper-SD15-1step-lora");
    await eventually(async () => assert.equal(await eta(page).textContent(), "1"));
    assert.equal(await page.locator("#steps [aria-checked=true]").textContent(), "1");
    assert.equal(sent.at(-1).eta, undefined, "the preset's own");
    await page.locator("#eta").fill("0");
    await last(sent, (request) => assert.equal(request.eta, 0));
    assert.equal(await eta(page).textContent(), "0");
    await page.locator(".slider", { has: page.locator("#eta") }).locator(".reset").click();
    await last(sent, (request) => assert.equal(request.eta, undefined));
    await eventually(async () => assert.equal(await eta(page).textContent(), "1"));
  }));

test("steps count the same with a drawing, and beyond eight where the model allows", () =>
  listen(async (page, sent) => {
    await page.locator("#model").selectOption("tiny");
    await page.locator("#more-steps").fill("12");
    await page.locator("#more-steps").press("Enter");
    await last(sent, (request) => assert.equal(request.steps, 12));
    await page.locator("#steps button", { hasText: "4" }).click();
    await stroke(page);
    await last(sent, (request) => assert.ok(request.image));
    assert.equal(sent.at(-1).steps, 4);
    assert.equal(await page.locator("#steps [aria-checked=true]").textContent(), "4");
    await page.locator("#model").selectOption("Hyper-SDXL-1step-Unet");
    await eventually(async () => assert.equal(await page.locator("#more-steps").isVisible(), false));
  }));

test("a long prompt grows to four lines, and what is not read is shown", () =>
  listen(async (page) => {
    const height = () => page.locator("#prompt").evaluate((field) => field.clientHeight);
    await page.locator("#prompt").fill("a cat");
    const one = await height();
    await page.locator("#token-count", { hasText: /^\d+ of \d+ tokens$/ }).waitFor();
    assert.equal(await page.locator("#token-cut").textContent(), "");
    await page.locator("#prompt").fill("a very large cat in the garden ".repeat(40) + "END");
    await page.locator("#token-cut", { hasText: /^Not read: “.*end”$/ }).waitFor();
    const many = await height();
    assert.ok(many > 1.5 * one && many < 5 * one, `${many} pixels for ${one} of one line`);
    assert.ok(await page.locator("#sketch").isVisible());
  }));

test("the picture has the chosen shape, and so has the canvas", () =>
  listen(async (page, sent) => {
    await page.locator("#shapes [value='3:2']").click();
    await last(sent, (request) => assert.match(request.size, /^\d+x\d+$/));
    const [width, height] = sent.at(-1).size.split("x").map(Number);
    assert.ok(width > 1.4 * height && width % 8 === 0 && height % 8 === 0, sent.at(-1).size);
    await eventually(async () => assert.equal(await page.locator("#picture").evaluate((e) => e.width), width));
    for (const id of ["#sketch", "#picture"]) {
      const box = await page.locator(id).boundingBox();
      assert.ok(Math.abs(box.width / box.height - width / height) < 0.02, `${id} is ${box.width}x${box.height}`);
    }
    await page.locator("#height-pixels").fill("70");
    await page.locator("#height-pixels").press("Enter");
    await last(sent, (request) => assert.equal(request.size, `${width}x72`));
  }));

test("four pictures have one seed each, and the chosen one is drawn alone as it was", () =>
  listen(async (page, sent) => {
    await page.locator("#steps button", { hasText: "1" }).click();
    await page.locator("#guidance").fill("1");
    await page.locator("#prompt").fill("four fish");
    await page.locator("#grid").click();
    await eventually(async () => assert.equal(await page.locator('#history [title="four fish"]').count(), 4));
    assert.deepEqual(sent.slice(-4).map(({ seed }) => seed), ["7", "8", "9", "10"]);
    const pixels = (canvas) => canvas.evaluate((e) => [...e.getContext("2d").getImageData(0, 0, e.width, e.height).data]);
    const third = await pixels(page.locator("#pictures canvas").nth(2));
    const { length } = sent;
    await page.locator("#pictures button").nth(2).click();
    await eventually(() => assert.ok(sent.length > length));
    assert.equal(sent.at(-1).seed, "9");
    await page.locator("#about").filter({ hasText: "seed 9" }).waitFor();
    assert.equal(await page.locator("#pictures canvas").count(), 1);
    assert.deepEqual(await pixels(page.locator("#picture")), third);
  }));

test("a negative prompt and a sampler are sent, and a negative prompt without guidance is explained", () =>
  listen(async (page, sent) => {
    await page.locator("#negative").fill("text");
    await page.locator("#sampler").selectOption("euler_a");
    await page.locator("#guidance").fill("1");
    await last(sent, (request) => assert.equal(request.guidance, 1));
    assert.equal(sent.at(-1).negative_prompt, "text");
    assert.equal(sent.at(-1).sampler, "euler_a");
    await page.locator("#negative-hint").waitFor();
    await page.locator("#guidance").fill("3");
    await eventually(async () => assert.equal(await page.locator("#negative-hint").isVisible(), false));
  }));

test("two pictures are compared with what differs, and either is gone on with", () =>
  listen(async (page, sent) => {
    await page.locator("#prompt").fill("first");
    await kept(page, "first");
    await page.locator("#steps button", { hasText: "3" }).click();
    await page.locator("#prompt").fill("second");
    await kept(page, "second");
    await page.locator("#compare").click();
    await page.locator("#columns img").nth(1).waitFor();
    const first = page.locator("#columns option", { hasText: /^first/ }).last(); // The oldest of this prompt.
    await page.locator("#columns select").selectOption(await first.getAttribute("value"));
    const differing = await page.locator("#columns figure").first().locator("dt").allTextContents();
    assert.deepEqual(differing.sort(), ["prompt", "steps"]);
    await page.locator("#columns figure").first().getByRole("button", { name: "Go on with this" }).click();
    await last(sent, (request) => assert.equal(request.prompt, "first"));
  }));

test("the settings are exported as the command and as JSON", () =>
  listen(async (page) => {
    await page.locator("#prompt").fill("it's a fish");
    await page.locator("#steps button", { hasText: "3" }).click();
    await stroke(page);
    await page.locator("#export").click();
    await page.locator("#export-dialog").waitFor();
    const command = await page.locator("#as-command").textContent();
    assert.match(command, /^hypersd generate .*--steps=3 .*--image=drawing\.png -- 'it'\\''s a fish'$/);
    const json = JSON.parse(await page.locator("#as-json").textContent());
    assert.equal(json.prompt, "it's a fish");
    assert.equal(json.image, "drawing.png");
    await page.locator("#export-files button", { hasText: "drawing.png" }).click();
    await page.locator("#export-dialog form button").click();
    assert.equal(await page.locator("#export-dialog").isVisible(), false);
  }));

test("after a lost connection the last request is asked again, and the page says so", () => {
  const connections = [];
  let [answers, isReached] = [true, true];
  const before = (page) =>
    page.routeWebSocket(/live/, (socket) => {
      if (!isReached) return socket.close();
      const server = socket.connectToServer();
      connections.push({ socket, asked: [] });
      const { asked } = connections.at(-1);
      socket.onMessage((message) => {
        asked.push(JSON.parse(message));
        if (answers) server.send(message);
      });
    });
  return visit(async (page) => {
    await page.locator("#about").filter({ hasText: "seed" }).waitFor();
    answers = false; // The request that follows is lost.
    await page.locator("#prompt").fill("after all");
    await eventually(() => assert.equal(connections.at(-1).asked.at(-1).prompt, "after all"));
    [answers, isReached] = [true, false];
    await connections.at(-1).socket.close();
    await page.locator("#speed-text", { hasText: "Connection lost, trying again" }).waitFor();
    isReached = true;
    await page.locator("#toast", { hasText: "the last picture is asked for again" }).waitFor({ state: "attached" });
    assert.equal(connections.at(-1).asked[0].prompt, "after all");
    await kept(page, "after all");
  }, { before, isAlone: true });
});

test("a page beyond the limit of the server says why it waits, and connects when it may", () => {
  let isFull = true;
  const before = (page) =>
    page.routeWebSocket(/live/, (socket) => {
      if (isFull) socket.close({ code: 1013, reason: "too many live sessions are open" });
      else socket.connectToServer();
    });
  return visit(async (page) => {
    await page.locator("#toast", { hasText: "the server has as many pages open as it allows" }).waitFor();
    isFull = false;
    await page.locator("#about").filter({ hasText: "seed" }).waitFor();
  }, { before, isAlone: true });
});
