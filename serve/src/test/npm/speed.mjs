// Measures how fast the page feels: draws on it for some seconds and prints what the browser measured as JSON.
//
//     HYPERSD_URL=http://127.0.0.1:7860 node serve/src/test/npm/speed.mjs [steps] [seconds]
//
// "shown" counts the images that reached the canvas. A delay is the time from a movement of the pen until the image of
// that drawing is on the canvas.

import { cpus, loadavg } from "node:os";
import { close, HYPERSD_URL, launch, visit } from "./browser.mjs";

const [steps = 1, seconds = 10] = process.argv.slice(2).map(Number);

/** Moves the pen once per frame, round and round. */
async function scribble(page, until) {
  await page.locator("#sketch").scrollIntoViewIfNeeded();
  const box = await page.locator("#sketch").boundingBox();
  const at = (turn) => [
    box.x + box.width * (0.5 + 0.35 * Math.cos(turn)),
    box.y + box.height * (0.5 + 0.35 * Math.sin(1.3 * turn)),
  ];
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let turn = 0; Date.now() < until; turn += 0.15) {
    await page.mouse.move(...at(turn));
    await page.waitForTimeout(16);
  }
  await page.mouse.up();
}

const measures = (page) =>
  page.evaluate(() => {
    const entries = performance.getEntriesByName("input-to-picture");
    return entries.map(({ startTime, duration }) => ({ startTime, duration }));
  });

const quantile = (sorted, q) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]);

await visit(async (page) => {
  await page.locator("#about").filter({ hasText: "seed" }).waitFor();
  await page.locator("#steps button", { hasText: String(steps) }).click();
  await page.locator("#guidance").fill("1");
  await scribble(page, Date.now() + 3000); // the first ones warm up
  const began = await page.evaluate(() => performance.now());
  await scribble(page, Date.now() + 1000 * seconds);
  const ended = await page.evaluate(() => performance.now());
  await page.waitForTimeout(1000);
  const all = (await measures(page)).filter(({ startTime }) => startTime >= began && startTime <= ended);
  const delays = all.map(({ duration }) => duration).sort((a, b) => a - b);
  const model = (await (await page.request.get(`${HYPERSD_URL}/v1/choices`)).json()).model;
  console.log(JSON.stringify({
    model,
    steps,
    shown: all.length,
    per_second: Number(((1000 * all.length) / (ended - began)).toFixed(1)),
    delay_median_ms: quantile(delays, 0.5),
    delay_p95_ms: quantile(delays, 0.95),
    browser: `Chromium ${(await launch()).version()}`,
    cores: cpus().length,
    load: loadavg()[0],
  }));
});
await close();
