// The official OpenAI client against a running server, whose address is in HYPERSD_URL.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import OpenAI, { toFile } from "openai";

const client = new OpenAI({ baseURL: `${process.env.HYPERSD_URL}/v1`, apiKey: "none", maxRetries: 0 });
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

function pictures({ data }) {
  return data.map(({ b64_json }) => Buffer.from(b64_json, "base64"));
}

test("images are generated as PNG", async () => {
  const answer = await client.images.generate({ prompt: "a red house", n: 2, size: "64x64" });
  assert.ok(answer.created > 1.7e9);
  assert.equal(answer.data.length, 2);
  for (const picture of pictures(answer)) assert.deepEqual(picture.subarray(0, 4), PNG);
});

test("fields of this server may stand beside those of OpenAI", async () => {
  const own = { seed: 7, steps: 2, eta: 0, sampler: "ddim" };
  const request = { prompt: "a red house", size: "64x64", output_format: "jpeg", ...own };
  const [first] = pictures(await client.images.generate(request));
  const [second] = pictures(await client.images.generate(request));
  assert.deepEqual([...first.subarray(0, 2)], [0xff, 0xd8]);
  assert.deepEqual(first, second);
});

test("an image is edited", async () => {
  const [picture] = pictures(await client.images.generate({ prompt: "a red house", size: "64x64", steps: 1 }));
  const image = await toFile(picture, "house.png", { type: "image/png" });
  const answer = await client.images.edit({ image, prompt: "a blue house", n: 1 });
  assert.deepEqual(pictures(answer)[0].subarray(0, 4), PNG);
});

test("a mask and several pictures of a variation", async () => {
  const [picture] = pictures(await client.images.generate({ prompt: "a red house", size: "64x64", steps: 1 }));
  const image = await toFile(picture, "house.png", { type: "image/png" });
  const mask = await toFile(picture, "mask.png", { type: "image/png" });
  assert.equal(pictures(await client.images.edit({ image: [image], mask, prompt: "a blue house", n: 2 })).length, 2);
  assert.equal(pictures(await client.images.createVariation({ image, n: 2 })).length, 2);
});

test("an address leads to the picture", async () => {
  const request = { model: "dall-e-3", prompt: "a red house", size: "64x64", steps: 1 };
  const { data: [{ url }] } = await client.images.generate(request);
  const response = await fetch(url);
  assert.equal(response.headers.get("content-type"), "image/png");
  assert.deepEqual(Buffer.from(await response.arrayBuffer()).subarray(0, 4), PNG);
});

test("previews and the picture are streamed", async () => {
  const request = { model: "gpt-image-1", prompt: "a red house", size: "64x64", steps: 4, partial_images: 2, stream: true };
  const events = [];
  for await (const event of await client.images.generate(request)) events.push(event);
  const types = ["image_generation.partial_image", "image_generation.partial_image", "image_generation.completed"];
  assert.deepEqual(events.map(({ type }) => type), types);
  assert.deepEqual(Buffer.from(events[2].b64_json, "base64").subarray(0, 4), PNG);
});

test("models are listed and retrieved", async () => {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  assert.ok(names.length > 0);
  assert.equal((await client.models.retrieve(names[0])).id, names[0]);
});

test("errors arrive as the error types of the client", async () => {
  await assert.rejects(client.images.generate({ prompt: "a", model: "dall-e-4" }), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, "model_not_found");
    assert.match(error.message, /there is no model "dall-e-4"/);
    return true;
  });
  await assert.rejects(client.images.generate({ prompt: "a", size: "63x64" }), OpenAI.BadRequestError);
  await assert.rejects(client.images.generate({ prompt: "a", background: "transparent" }), OpenAI.BadRequestError);
  const image = await toFile(Buffer.from("no picture"), "no.png", { type: "image/png" });
  await assert.rejects(client.images.edit({ image, prompt: "a" }), (error) => error.status === 415);
});

test("a client can stop waiting", async () => {
  const stop = new AbortController();
  const request = { prompt: "long", size: "64x64", steps: 100, sampler: "ddim" };
  const waiting = client.images.generate(request, { signal: stop.signal });
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(waiting, OpenAI.APIUserAbortError);
  let metrics;
  do metrics = await (await fetch(`${process.env.HYPERSD_URL}/metrics`)).text();
  while (!/^hypersd_drawing 0$/m.test(metrics)); // Others look at what is being drawn.
});
