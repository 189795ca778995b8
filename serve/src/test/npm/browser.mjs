// Opens the page of the server at HYPERSD_URL in a browser, and fails a test for every error in the page.

import assert from "node:assert/strict";
import axe from "axe-core";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

export const { HYPERSD_URL } = process.env;
const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env.CHROMIUM ?? browsers.find(existsSync);

const args = [
  "--no-sandbox",
  "--in-process-gpu", // There is none, and drawing without one is faster in the same process.
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--auto-select-desktop-capture-source=Entire screen",
];

/** How long anything that is waited for may take, also on a machine that is busy with other things. */
const PATIENCE_MILLIS = 60_000;

let browser;
const tabs = new Map();

/** Starts the browser, once for all tests of a process. */
export const launch = () => (browser ??= chromium.launch({ executablePath, args }));

/** Ends the browser; another one is started if more tests need it. */
export async function close() {
  const ended = browser;
  browser = undefined;
  tabs.clear();
  await (await ended)?.close();
}

async function open(options) {
  const context = await (await launch()).newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MILLIS);
  return { context, page, devtools: await context.newCDPSession(page) };
}

/** Leaves the page, and nothing of what it has kept in the browser. */
async function leave({ context, page, devtools }) {
  await page.goto("about:blank");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await context.clearCookies();
  await devtools.send("Storage.clearDataForOrigin", { origin: new URL(HYPERSD_URL).origin, storageTypes: "all" });
}

/**
 * Opens the page, passes it to `use`, and then fails if there were errors in the page. Tests with the same options share
 * a tab, because opening one takes longer than most tests.
 *
 * @param before is called before the page is opened
 * @param isAlone whether the tab is for this test alone, because what `before` does cannot be undone
 */
export async function visit(use, { before = () => {}, isAlone = false, ...options } = {}) {
  const { colorScheme = null, ...key } = options;
  const tab = (!isAlone && tabs.get(JSON.stringify(key))) || (await open(key));
  if (!isAlone) tabs.set(JSON.stringify(key), tab);
  const { context, page } = tab;
  const own = [HYPERSD_URL, HYPERSD_URL.replace("http", "ws"), `blob:${HYPERSD_URL}`, "data:"];
  const wrong = [];
  const listeners = {
    console: (message) => message.type() === "error" && wrong.push(`${message.text()} ${message.location().url}`),
    pageerror: (error) => wrong.push(error.message),
    request: (request) => own.some((begin) => request.url().startsWith(begin)) || wrong.push(`asks ${request.url()}`),
  };
  for (const [event, listener] of Object.entries(listeners)) page.on(event, listener);
  try {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" }); // Nothing is waited for that only moves.
    await before(page);
    await page.goto(HYPERSD_URL);
    await use(page, context);
    assert.deepEqual(wrong, []);
  } finally {
    for (const [event, listener] of Object.entries(listeners)) page.off(event, listener);
    await (isAlone ? context.close() : leave(tab));
  }
}

/** The rules for accessibility that another theme can break. */
export const COLOURS = ["color-contrast", "link-in-text-block"];

/** Fails where axe finds violations of these rules for accessibility, or of all that are usual. */
export async function assertAccessible(page, where, rules) {
  await page.evaluate((source) => window.axe || (0, eval)(source), axe.source);
  const found = await page.evaluate(async (runOnly) => {
    const { violations } = await window.axe.run(runOnly ? { runOnly } : {});
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }, rules);
  assert.deepEqual(found, [], where);
}

/** Waits until the page shows a picture. */
export const arrived = (page) => page.locator("#about").filter({ hasText: /seed \d+/ }).waitFor();

/** Opens the page and passes to `use` the requests that it sends too. */
export function listen(use, options = {}) {
  const sent = [];
  const hear = (socket) => socket.on("framesent", ({ payload }) => sent.push(JSON.parse(payload)));
  const before = (page) => page.on("websocket", hear);
  return visit(async (page, context) => {
    try {
      await arrived(page);
      await use(page, sent, context);
    } finally {
      page.off("websocket", hear);
    }
  }, { before, ...options });
}

/** Drops a PNG on the page. */
export async function drop(page, bytes) {
  const data = await page.evaluateHandle((base64) => {
    const transfer = new DataTransfer();
    const content = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    transfer.items.add(new File([content], "fish.png", { type: "image/png" }));
    return transfer;
  }, bytes.toString("base64"));
  await page.dispatchEvent("#sketch", "drop", { dataTransfer: data });
}

/** Saves the picture that is shown, and returns its file. */
export async function saved(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Waits until the history has a picture of this prompt. */
export const kept = (page, prompt) => page.locator(`#history [title="${prompt}"]`).first().waitFor();

/** What the canvas shows, as a number that differs where the picture does. */
export function seen(page, canvas = "#picture") {
  return page.locator(canvas).evaluate((element) => {
    const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
    return data.reduce((sum, value, i) => (sum * 31 + value * (i % 251)) % 1000000007, 7);
  });
}

/** Waits until the canvas shows something else than `before`. */
export async function changed(page, before) {
  let now = before;
  await eventually(async () => assert.notEqual((now = await seen(page)), before));
  return now;
}

/** Waits until the browser has shown two more frames; the page asks for pictures with the next one. */
export const frames = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Draws a line on the drawing canvas with the mouse. */
export async function stroke(page, { from = [0.2, 0.5], to = [0.8, 0.5], points = 10 } = {}) {
  await page.locator("#sketch").scrollIntoViewIfNeeded();
  const box = await page.locator("#sketch").boundingBox();
  const between = (start, end, i) => start + ((end - start) * i) / points;
  const at = (i) => [
    box.x + box.width * between(from[0], to[0], i),
    box.y + box.height * between(from[1], to[1], i),
  ];
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let i = 1; i <= points; i++) await page.mouse.move(...at(i));
  await page.mouse.up();
}

/** The red values of a picture, an address, at places that are given as shares of its sides. */
export const reds = (page, address, ...places) =>
  page.evaluate(async ([src, at]) => {
    const picture = Object.assign(new Image(), { src });
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    canvas.drawImage(picture, 0, 0);
    return at.map(([x, y]) => canvas.getImageData(x * picture.width, y * picture.height, 1, 1).data[0]);
  }, [address, places]);

/** Repeats `check` until it passes. */
export async function eventually(check) {
  for (const end = Date.now() + PATIENCE_MILLIS; ; ) {
    try {
      return await check();
    } catch (failure) {
      if (Date.now() > end) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
