// What Krita AI Diffusion 1.50 asks of a ComfyUI server, at its start and to draw, written after its public source.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import WebSocket from "ws";

const { HYPERSD_URL } = process.env;

async function ask(path, body, method = body ? "POST" : "GET") {
  const json = body !== undefined && !(body instanceof Uint8Array);
  const response = await fetch(`${HYPERSD_URL}/${path}`, {
    method,
    headers: { Authorization: "Bearer none", ...(json && { "Content-Type": "application/json" }) },
    body: json ? JSON.stringify(body) : body,
  });
  return { status: response.status, answer: await response.json() };
}

/** Builds a graph as the client does: nodes are numbered from 1, and a link is the number and the output of a node. */
function builder() {
  const nodes = {};
  const add = (class_type, inputs, output = 0) => {
    const id = String(Object.keys(nodes).length + 1);
    nodes[id] = { class_type, inputs };
    return [id, output];
  };
  return { nodes, add, other: ([id], output) => [id, output] };
}

/** The nodes that every picture has, around latents; how they end is up to `finish`. */
function graph({ latents, cfg = 1, steps = 2, start = 0, model: change = (_, model) => model, control = (_, it) => it,
  finish = (_, image) => image }) {
  const { nodes, add, other } = builder();
  const checkpoint = add("CheckpointLoaderSimple", { ckpt_name: "sd15" });
  const [model, clip, vae] = [0, 1, 2].map((output) => other(checkpoint, output));
  const lora = add("LoraLoader", { model, clip, lora_name: "sd15-a-kohya", strength_model: 0.5, strength_clip: 0.5 });
  const positive = add("CLIPTextEncode", { clip: other(lora, 1), text: "a cat" });
  const negative = cfg > 1 ? add("CLIPTextEncode", { clip: other(lora, 1), text: "dogs" }) : positive;
  const latent = latents(add, vae, other);
  const prompt = control(add, { positive, negative, vae, other });
  const drawing = change(add, lora);
  const guider = cfg > 1
    ? add("CFGGuider", { model: drawing, positive: prompt.positive, negative: prompt.negative, cfg })
    : add("BasicGuider", { model: drawing, conditioning: prompt.positive });
  let sigmas = add("BasicScheduler", { model: drawing, scheduler: "normal", steps, denoise: 1 });
  if (start > 0) sigmas = add("SplitSigmas", { sigmas, step: start }, 1);
  const sampler = add("KSamplerSelect", { sampler_name: "euler_ancestral" });
  const noise = add("RandomNoise", { noise_seed: 7 });
  const sampled = add("SamplerCustomAdvanced", { noise, guider, sampler, sigmas, latent_image: latent }, 1);
  const image = finish(add, add("VAEDecode", { vae, samples: sampled }));
  add("ETN_SaveImageCache", { images: image, format: "PNG" });
  return nodes;
}

const empty = (add) => add("EmptyLatentImage", { width: 64, height: 72, batch_size: 1 });

/** Sends an image as the client does, and returns its id. */
async function send(bytes, id = randomUUID().slice(0, 8)) {
  assert.equal((await ask(`api/etn/image/${id}`, bytes, "PUT")).status, 201);
  return id;
}

/** Submits a graph with an id of its own, follows it on the WebSocket, and fetches the images that it names. */
async function draw(prompt) {
  const [client, id] = [randomUUID(), randomUUID()];
  const socket = new WebSocket(`${HYPERSD_URL.replace("http", "ws")}/ws?clientId=${client}`);
  const messages = [];
  const end = new Promise((resolve, reject) => (socket.onmessage = ({ data }) => {
    if (typeof data !== "string") return;
    const message = JSON.parse(data);
    messages.push(message);
    if (message.type === "executing" && message.data.node === null) resolve();
    if (message.type === "execution_error") reject(new Error(message.data.exception_message));
  }));
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
  const { status, answer } = await ask("prompt", { prompt, client_id: client, prompt_id: id });
  assert.equal(status, 200, JSON.stringify(answer));
  assert.equal(answer.prompt_id, id, "the client needs the id that it has chosen");
  await end;
  socket.close();
  assert.ok(messages.filter(({ type }) => type !== "status").every(({ data }) => data.prompt_id === id));
  assert.ok(messages.some(({ type }) => type === "execution_start"));
  const [{ source, id: image }] = messages.find(({ type }) => type === "executed").data.output.images;
  assert.equal(source, "http");
  const response = await fetch(`${HYPERSD_URL}/api/etn/image/${image}`);
  assert.equal(response.status, 200);
  return { bytes: Buffer.from(await response.arrayBuffer()), answer };
}

/** Width, height and kind of colours of a PNG, from its header. */
const header = (png) => ({ width: png.readUInt32BE(16), height: png.readUInt32BE(20), hasAlpha: png[25] === 6 });

async function settings(png) {
  return (await ask("sdapi/v1/png-info", { image: png.toString("base64") })).answer.parameters;
}

test("what it asks at its start", async () => {
  const [device] = (await ask("system_stats")).answer.devices;
  assert.ok(device.name && device.type && device.vram_total > 0);
  const { answer: nodes } = await ask("object_info");
  for (const node of ["ETN_LoadImageCache", "ETN_SaveImageCache", "INPAINT_ShrinkMask", "INPAINT_StabilizeMask",
    "INPAINT_ColorMatch", "SamplerCustomAdvanced"]) assert.ok(nodes[node], node);
  assert.deepEqual((await ask("api/etn/languages")).answer, []);
  const found = {};
  for (let offset = 0, total = 100; offset < total; offset += 2) {
    const { answer: { _meta, ...models } } = await ask(`api/etn/model_info/checkpoints?offset=${offset}&limit=2`);
    total = _meta.total;
    Object.assign(found, models);
  }
  assert.deepEqual(found.sd15, { base_model: "sd15", type: "eps", is_inpaint: false, is_refiner: false });
  assert.equal(found.sdxl.base_model, "sdxl");
  assert.equal(found.broken.base_model, "unknown");
  const { answer: none } = await ask("api/etn/model_info/diffusion_models?offset=0&limit=8");
  assert.deepEqual(none, { _meta: { offset: 0, count: 0, total: 0 } });
  assert.equal((await ask("api/etn/workflow/subscribe", { client_id: randomUUID() })).answer.status, "success");
  assert.equal((await ask("api/etn/model_info/checkpoints?offset=-1")).status, 400);
  assert.equal((await ask("api/etn/translate/de/Katze")).status, 404);
});

test("text to image", async () => {
  const { bytes } = await draw(graph({ latents: empty, cfg: 2.5 }));
  const said = await settings(bytes);
  assert.deepEqual([said.Prompt, said["Negative prompt"], said.Size, said.Steps, said["CFG scale"], said.Seed],
    ["a cat", "dogs", "64x72", "2", "2.5", "7"]);
  assert.match(said.Loras, /sd15-a-kohya.*0\.5/);
});

test("image to image takes the last steps, and a ControlNet follows lines", async () => {
  const id = await send((await draw(graph({ latents: empty }))).bytes);
  const { bytes } = await draw(graph({
    steps: 4,
    start: 2,
    latents: (add, vae) => {
      const image = add("ImageScale", { image: add("ETN_LoadImageCache", { id }), width: 64, height: 64,
        upscale_method: "lanczos", crop: "disabled" });
      return add("VAEEncode", { vae, pixels: image });
    },
    control: (add, { positive, negative, vae, other }) => {
      const image = add("ImageInvert", { image: add("HintImageEnchance", { hint_image: add("ETN_LoadImageCache", { id }),
        image_gen_width: 64, image_gen_height: 64, resize_mode: "Just Resize" }) });
      const control_net = add("ControlNetLoader", { control_net_name: "controlnet-sd15" });
      const both = add("ControlNetApplyAdvanced", { positive, negative, control_net, image, vae, strength: 0.75,
        start_percent: 0, end_percent: 1 });
      return { positive: both, negative: other(both, 1) };
    },
    finish: (add, image) => add("ImageScale", { image, width: 32, height: 48, upscale_method: "lanczos" }),
  }));
  assert.deepEqual(header(bytes), { width: 32, height: 48, hasAlpha: false });
  const said = await settings(bytes);
  assert.deepEqual([said.Size, said.Steps, said["Denoising strength"]], ["64x64", "4", "0.5"]);
  assert.match(said["ControlNet 0"], /controlnet-sd15.*0\.75/);
});

test("inpainting comes back as a part that is transparent beside the mask", async () => {
  const [id, mask] = [await send((await draw(graph({ latents: empty }))).bytes), await send(HALF)];
  const load = (add, of, output) => [add("ETN_LoadImageCache", { id: of })[0], output];
  const { bytes, answer } = await draw(graph({
    latents: (add, vae) => {
      const grown = add("INPAINT_ExpandMask", { mask: load(add, mask, 1), grow: 8, blur: 4, blur_type: "linear" });
      const pixels = add("INPAINT_MaskedBlur", { image: load(add, id, 0), mask: grown, blur: 65, falloff: 9 });
      const samples = add("VAEEncode", { vae, pixels });
      return add("SetLatentNoiseMask", { samples, mask: add("INPAINT_StabilizeMask", { mask: grown, epsilon: 0.01 }) });
    },
    model: (add, model) => add("DifferentialDiffusion", { model }),
    finish: (add, image) => {
      const cropped = add("ImageCrop", { image, x: 0, y: 8, width: 64, height: 32 });
      const part = add("CropMask", { mask: load(add, mask, 1), x: 0, y: 8, width: 64, height: 32 });
      const sharp = add("INPAINT_ShrinkMask", { mask: add("ThresholdMask", { mask: part, value: 0 }), shrink: 4, blur: 8 });
      return add("ETN_ApplyMaskToImage", { image: cropped, mask: sharp });
    },
  }));
  assert.deepEqual(header(bytes), { width: 64, height: 32, hasAlpha: true });
  for (const part of ["INPAINT_MaskedBlur", "DifferentialDiffusion", "blur"]) {
    assert.ok(answer.warnings.some((warning) => warning.includes(part)), part);
  }
});

test("what is not understood is named, and images of others and of no name are not found", async () => {
  const adapted = graph({ latents: empty, model: (add, model) => add("IPAdapterEmbeds", { model }) });
  assert.match((await ask("prompt", { prompt: adapted })).answer.error.message, /IPAdapterEmbeds.* as a model/);
  const split = graph({ latents: empty, steps: 2, start: 2 });
  assert.match((await ask("prompt", { prompt: split })).answer.error.message, /of 2 steps none is left from step 2 on/);
  const lost = graph({ latents: (add, vae) => add("VAEEncode", { vae, pixels: add("ETN_LoadImageCache", { id: "lost" }) }) });
  assert.match((await ask("prompt", { prompt: lost })).answer.error.message, /there is no image "lost"/);
  assert.equal((await ask(`api/etn/image/${randomUUID()}_0`)).status, 404);
  const mine = await send(HALF);
  for (const name of [mine, `127.0.0.1 ${mine}`]) {
    const view = await fetch(`${HYPERSD_URL}/view?${new URLSearchParams({ filename: name })}`);
    assert.equal(view.status, 404, "names that clients choose could be guessed");
  }
  assert.equal((await ask("api/etn/image/a%20b", HALF, "PUT")).status, 400);
  assert.equal((await ask("api/etn/image/broken", Buffer.from("no image"), "PUT")).status, 415);
});

/** A PNG of 64x72 pixels, grey without alpha: white on its left half. */
const HALF = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABICAAAAABjUaxvAAAAK0lEQVR42u3MAQEAAAgCIP+frgkOEAaQK9IIBAKBQCAQCAQCgUAgEAgWggcUIvd5nh789wAAAABJRU5ErkJggg==",
  "base64");
