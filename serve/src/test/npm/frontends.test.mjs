// The requests of well-known front ends, at their start and when they draw, written after their public sources.

import assert from "node:assert/strict";
import { test } from "node:test";

const { HYPERSD_URL } = process.env;

async function ask(path, body, headers = {}) {
  const response = await fetch(`${HYPERSD_URL}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  assert.equal(response.status, 200, `${path} answers ${response.status}: ${response.ok ? "" : await response.text()}`);
  return response.json();
}

test("Open WebUI with AUTOMATIC1111: checks the address, lists and sets the model, draws", async () => {
  const authorization = { Authorization: `Basic ${Buffer.from("user:password").toString("base64")}` };
  const options = await ask("/sdapi/v1/options", undefined, authorization);
  const models = await ask("/sdapi/v1/sd-models", undefined, authorization);
  assert.ok(models.every(({ title, model_name }) => title && model_name));
  await ask("/sdapi/v1/options", { ...options, sd_model_checkpoint: models[0].title }, authorization);
  const body = { prompt: "a cat", batch_size: 1, width: 64, height: 64, steps: 2, negative_prompt: "dogs" };
  const drawn = { ...body, cfg_scale: 2, sampler_name: "DPM++ 2M", scheduler: "Karras" };
  const { images, info } = await ask("/sdapi/v1/txt2img", drawn, authorization);
  assert.equal(images.length, 1);
  assert.ok(JSON.parse(info).seed >= 0);
});

test("Open WebUI with OpenAI: draws and edits", async () => {
  const models = await ask("/v1/models", undefined, { Authorization: "Bearer none" });
  const request = { model: models.data[0].id, prompt: "a cat", n: 1, size: "64x64", response_format: "b64_json" };
  const { data } = await ask("/v1/images/generations", request, { Authorization: "Bearer none" });
  const form = new FormData();
  // Where nobody has chosen a model to edit with, its name is empty.
  for (const [name, value] of Object.entries({ ...request, model: "" })) form.append(name, value);
  form.append("image[]", new Blob([Buffer.from(data[0].b64_json, "base64")], { type: "image/png" }), "image.png");
  const edited = await fetch(`${HYPERSD_URL}/v1/images/edits`, { method: "POST", body: form });
  assert.equal(edited.status, 200);
  assert.ok((await edited.json()).data[0].b64_json);
});

test("SillyTavern: pings, reads all lists, sets the model, draws, and interrupts", async () => {
  const authorization = { Authorization: `Basic ${Buffer.from("").toString("base64")}` };
  for (const list of ["options", "samplers", "schedulers", "sd-models", "upscalers", "latent-upscale-modes", "sd-vae", "sd-modules"]) {
    await ask(`/sdapi/v1/${list}`, undefined, authorization);
  }
  const { sd_model_checkpoint } = await ask("/sdapi/v1/options");
  await ask("/sdapi/v1/options", { sd_model_checkpoint }, authorization);
  const { state } = await ask("/sdapi/v1/progress");
  assert.equal(state.job_count, 0);
  const { images } = await ask("/sdapi/v1/txt2img", {
    prompt: "a cat",
    negative_prompt: "dogs",
    sampler_name: "Euler a",
    scheduler: "Automatic",
    steps: 2,
    cfg_scale: 2,
    width: 64,
    height: 64,
    restore_faces: false,
    enable_hr: false,
    hr_upscaler: "Latent",
    hr_scale: 2,
    hr_additional_modules: [],
    denoising_strength: 0.7,
    hr_second_pass_steps: 0,
    seed: -1,
    override_settings: { CLIP_stop_at_last_layers: 1, sd_vae: "Automatic", forge_additional_modules: [] },
    override_settings_restore_afterwards: true,
    clip_skip: 1,
    save_images: true,
    send_images: true,
    do_not_save_grid: false,
    do_not_save_samples: false,
  }, authorization);
  assert.equal(images.length, 1);
  await ask("/sdapi/v1/interrupt", {}, authorization);
});

test("LibreChat: draws by both of its tools", async () => {
  const plain = { prompt: "a cat", negative_prompt: "dogs", cfg_scale: 4.5, steps: 2, width: 64, height: 64 };
  assert.equal((await ask("/sdapi/v1/txt2img", plain)).images.length, 1);
  const dalle = { model: "dall-e-3", quality: "standard", style: "vivid", size: "64x64", prompt: "a cat", n: 1 };
  const { data } = await ask("/v1/images/generations", dalle, { Authorization: "Bearer none" });
  assert.match((await fetch(data[0].url)).headers.get("content-type"), /^image\/png/);
});
