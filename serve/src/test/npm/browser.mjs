// Opens the page of the server at HYPERSD_URL in a browser, and fails a test for every error in the page.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

export const { HYPERSD_URL } = process.env;
const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env.CHROMIUM ?? browsers.find(existsSync);

/** Starts the browser, with more options. */
export function launch(...options) {
  return chromium.launch({ executablePath, args: ["--no-sandbox", ...options] });
}

/**
 * Opens the page, passes it to `use`, and then fails if there were errors in the page.
 *
 * @param before is called before the page is opened
 */
export async function visit(browser, use, { before = () => {}, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(`${message.text()} ${message.location().url}`));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => {
    const own = [HYPERSD_URL, HYPERSD_URL.replace("http", "ws"), `blob:${HYPERSD_URL}`, "data:"];
    if (!own.some((begin) => request.url().startsWith(begin))) wrong.push(`asks ${request.url()}`);
  });
  try {
    await before(page);
    await page.goto(HYPERSD_URL);
    await use(page, context);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

/** Waits until the page shows a picture. */
export const arrived = (page) => page.locator("#about").filter({ hasText: /seed \d+/ }).waitFor();

/** Opens the page and passes to `use` the requests that it sends too. */
export async function listen(browser, use, options = {}) {
  const sent = [];
  const before = (page) =>
    page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => sent.push(JSON.parse(payload))));
  await visit(browser, async (page, context) => {
    await arrived(page);
    await use(page, sent, context);
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
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const now = await seen(page);
    if (now !== before) return now;
    await page.waitForTimeout(20);
  }
  throw new Error("the image has not changed within 15 s");
}

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

/** Repeats `check` until it passes, for 15 seconds at most. */
export async function eventually(check) {
  for (const end = Date.now() + 15_000; ; ) {
    try {
      return await check();
    } catch (failure) {
      if (Date.now() > end) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
