// A browser with a page of the server whose address is in HYPERSD_URL, that fails a test for whatever goes wrong in it.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

export const { HYPERSD_URL } = process.env;
const executablePath = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

export function launch() {
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/** Opens the page, lets `use` have it, and looks at what went wrong meanwhile. */
export async function visit(browser, use, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => {
    const own = [HYPERSD_URL, HYPERSD_URL.replace("http", "ws"), `blob:${HYPERSD_URL}`, "data:"];
    if (!own.some((begin) => request.url().startsWith(begin))) wrong.push(`asks ${request.url()}`);
  });
  try {
    await page.goto(HYPERSD_URL);
    await use(page, context);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

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
  throw new Error("the picture has not changed in 15 s");
}

/** Draws a line over the middle of the drawing canvas, as a hand does. */
export async function stroke(page, { from = [0.2, 0.5], to = [0.8, 0.5], points = 10 } = {}) {
  await page.locator("#sketch").scrollIntoViewIfNeeded();
  const box = await page.locator("#sketch").boundingBox();
  const at = (i) => [0, 1].map((k) => [box.x, box.y][k] + [box.width, box.height][k] * (from[k] + ((to[k] - from[k]) * i) / points));
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let i = 1; i <= points; i++) await page.mouse.move(...at(i));
  await page.mouse.up();
}

/** Tries until `check` holds, for machines that have other things to do. */
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
