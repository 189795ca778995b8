// The page of training runs on a server that needs the token in HYPERSD_TOKEN.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { close, eventually, HYPERSD_URL, launch } from "./browser.mjs";

after(close);

test("with the token, curves and sheets are shown", async () => {
  const page = await (await launch()).newPage();
  await page.goto(HYPERSD_URL);
  await page.locator("#token").fill(process.env.HYPERSD_TOKEN);
  await page.keyboard.press("Enter");
  await page.locator(".chart .curve").first().waitFor();
  await eventually(async () =>
    assert.equal(await page.locator(".strip img").first().evaluate((img) => img.naturalWidth), 16));
  await page.close();
});
