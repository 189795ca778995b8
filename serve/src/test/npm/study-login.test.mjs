// The page of a study on a server that needs the token in HYPERSD_TOKEN.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { close, HYPERSD_URL, launch } from "./browser.mjs";

after(close);

async function open(address, use) {
  const context = await (await launch()).newContext();
  const page = await context.newPage();
  await page.goto(address);
  await use(page);
  await context.close();
}

test("a link with the token leads to the study, and the token leaves the address", () =>
  open(`${HYPERSD_URL}/#token=${process.env.HYPERSD_TOKEN}`, async (page) => {
    await page.locator("#begin button").click();
    await page.locator('#pictures[aria-busy="false"]').waitFor();
    assert.doesNotMatch(page.url(), /token/);
  }));

test("without the token, or with a wrong one, the page asks for it", () =>
  open(`${HYPERSD_URL}/#token=a-guess-of-somebody`, async (page) => {
    await page.locator("#token").fill(process.env.HYPERSD_TOKEN);
    await page.keyboard.press("Enter");
    await page.locator("#welcome").waitFor();
    assert.equal(await page.evaluate(() => document.cookie), "", "no script can read the cookie");
  }));
