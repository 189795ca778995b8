// Two clients of AUTOMATIC1111's API against a running server, whose address is in HYPERSD_URL.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ControlNetApi, ControlNetUnit, StableDiffusionApi } from "stable-diffusion-api";
import sdwebui, { SamplingMethod } from "node-sd-webui";
import sharp from "sharp";

const { HYPERSD_URL } = process.env;
const api = new StableDiffusionApi({ baseUrl: HYPERSD_URL });
const grey = () => sharp({ create: { width: 64, height: 64, channels: 3, background: "#888" } }).png();
const SMALL = { width: 64, height: 64, steps: 2, cfg_scale: 1, seed: 7 };

async function size(image) {
  const { width, height } = await image.metadata();
  return [width, height];
}

test("stable-diffusion-api draws from text", async () => {
  const result = await api.txt2img({ prompt: "a cat", ...SMALL, sampler_name: "Euler a", batch_size: 2 });
  assert.equal(result.images.length, 2);
  assert.deepEqual(await size(result.image), [64, 64]);
  assert.equal(JSON.parse(result.info).seed, 7);
});

test("stable-diffusion-api draws from a picture and a mask", async () => {
  const request = { prompt: "a cat", ...SMALL, init_images: [grey()], mask_image: grey(), denoising_strength: 0.5 };
  assert.deepEqual(await size((await api.img2img(request)).image), [64, 64]);
});

test("stable-diffusion-api enlarges a picture", async () => {
  const { image } = await api.extraSingle({ image: grey(), upscaler_1: "Lanczos", upscaling_resize: 2 });
  assert.deepEqual(await size(image), [128, 128]);
});

test("stable-diffusion-api reads what there is", async () => {
  assert.ok((await api.getSdModels()).length > 0);
  assert.ok((await api.getSamplers()).some(({ name }) => name === "Euler a"));
  assert.ok((await api.getUpscalers()).some(({ name }) => name === "Lanczos"));
  assert.ok((await api.getOptions()).sd_model_checkpoint);
  assert.equal((await api.getProgress()).progress, 0);
  for (const list of ["getHypernetworks", "getFaceRestorers", "getRealesrganModels", "getPromptStyles", "getCmdFlags"]) {
    assert.ok(await api[list](), list);
  }
  await api.refreshCheckpoints();
});

test("stable-diffusion-api uses a ControlNet", async () => {
  const controlNet = new ControlNetApi(api);
  assert.ok((await controlNet.getModels()).includes("controlnet-sd15"));
  assert.ok((await controlNet.getModules()).includes("canny"));
  const unit = new ControlNetUnit({ model: "controlnet-sd15", module: "canny", input_image: grey(), weight: 0.5 });
  const request = { prompt: "a cat", ...SMALL, controlnet_units: [unit] };
  const settings = { override_settings: { sd_model_checkpoint: "sd15" } };
  const { info } = await api.txt2img({ ...request, ...settings });
  assert.match(JSON.parse(info).infotexts[0], /ControlNet 0: .*controlnet-sd15/);
});

test("node-sd-webui draws, goes on from a picture, and reads its parameters", async () => {
  const client = sdwebui({ apiUrl: HYPERSD_URL });
  const drawn = await client.txt2img({
    prompt: "a cat",
    negativePrompt: "dogs",
    samplingMethod: SamplingMethod.DPMPlusPlus_2M_Karras,
    width: 64,
    height: 64,
    steps: 2,
    cfgScale: 2,
    seed: 7,
  });
  assert.equal(drawn.images.length, 1);
  const read = await client.pngInfo({ imageData: drawn.images[0] });
  assert.equal(read.prompt, "a cat");
  assert.equal(read.negativePrompt, "dogs");
  assert.equal(read.samplingMethod, "DPM++ 2M Karras");
  assert.equal(read.seed, 7);
  const again = await client.img2img({ imageData: [drawn.images[0]], prompt: "a dog", steps: 2, width: 64, height: 64 });
  assert.equal(again.images.length, 1);
});
