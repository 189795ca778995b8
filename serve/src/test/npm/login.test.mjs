// The page of a server that needs the token in HYPERSD_TOKEN.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { close, HYPERSD_URL, launch } from "./browser.mjs";

after(close);

test("the page asks for the token once", async () => {
  const context = await (await launch()).newContext();
  const page = await context.newPage();
  await page.goto(HYPERSD_URL);
  await page.locator("#token").waitFor();
  for (let i = 0; i < 3; i++) await page.keyboard.press("Escape");
  await page.locator("#login").waitFor(); // Without the token the page can do nothing, so the dialog comes back.
  await page.locator("#token").fill("a guess of somebody");
  await page.keyboard.press("Enter");
  await page.locator("#login-error", { hasText: "This is not the token of this server." }).waitFor();
  await page.locator("#token").fill(process.env.HYPERSD_TOKEN);
  await page.keyboard.press("Enter");
  await page.locator("#about").filter({ hasText: "seed" }).waitFor();
  assert.equal(await page.evaluate(() => document.cookie), "", "no script can read the cookie");
  await page.reload();
  await page.locator("#about").filter({ hasText: "seed" }).waitFor();
  assert.equal(await page.locator("#login").isVisible(), false);
});
