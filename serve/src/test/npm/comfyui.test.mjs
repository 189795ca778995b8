// The requests of programs that submit graphs to ComfyUI, written after the public sources of Open WebUI and Krita.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import WebSocket from "ws";

const { HYPERSD_URL } = process.env;

async function ask(path, body) {
  const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`${HYPERSD_URL}${path}`, options);
  return { status: response.status, answer: await response.json() };
}

/** A graph for text to image, and how its nodes differ. */
function graph(changes = {}) {
  return {
    3: { class_type: "KSampler", inputs: { seed: 7, steps: 2, cfg: 1.5, sampler_name: "euler_ancestral", scheduler: "normal",
      denoise: 1, model: ["4", 0], positive: ["6", 0], negative: ["7", 0], latent_image: ["5", 0] } },
    4: { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "sd15.safetensors" } },
    5: { class_type: "EmptyLatentImage", inputs: { width: 64, height: 72, batch_size: 1 } },
    6: { class_type: "CLIPTextEncode", inputs: { text: "a cat", clip: ["4", 1] } },
    7: { class_type: "CLIPTextEncode", inputs: { text: "dogs", clip: ["4", 1] } },
    8: { class_type: "VAEDecode", inputs: { samples: ["3", 0], vae: ["4", 2] } },
    9: { class_type: "SaveImage", inputs: { filename_prefix: "ComfyUI", images: ["8", 0] } },
    ...changes,
  };
}

/** Submits a graph, waits for it on the WebSocket, and returns the messages and the images. */
async function draw(prompt) {
  const client = randomUUID();
  const socket = new WebSocket(`${HYPERSD_URL.replace("http", "ws")}/ws?clientId=${client}`);
  socket.binaryType = "arraybuffer";
  const messages = [];
  let ended;
  const end = new Promise((resolve, reject) => (ended = { resolve, reject }));
  socket.onmessage = ({ data }) => {
    messages.push(typeof data === "string" ? JSON.parse(data) : data);
    const { type, data: about } = messages.at(-1);
    if (type === "executing" && about.node === null) ended.resolve();
    if (type === "execution_error") ended.reject(new Error(about.exception_message));
  };
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
  const { status, answer } = await ask("/prompt", { prompt, client_id: client });
  assert.equal(status, 200, JSON.stringify(answer));
  await end;
  socket.close();
  const history = (await ask(`/history/${answer.prompt_id}`)).answer[answer.prompt_id];
  const images = [];
  for (const { filename, subfolder, type } of Object.values(history.outputs)[0].images) {
    const response = await fetch(`${HYPERSD_URL}/view?${new URLSearchParams({ filename, subfolder, type })}`);
    assert.equal(response.headers.get("content-type"), "image/png");
    images.push(Buffer.from(await response.arrayBuffer()));
  }
  return { messages, images, answer, history };
}

/** What a picture says of itself. */
async function settings(image) {
  return (await ask("/sdapi/v1/png-info", { image: image.toString("base64") })).answer.parameters;
}

/** Uploads an image as Open WebUI does; ComfyUI has all its routes below /api too. */
async function upload(image) {
  const form = new FormData();
  form.append("image", new Blob([image], { type: "image/png" }), "image.png");
  form.append("type", "input");
  form.append("overwrite", "true");
  const response = await fetch(`${HYPERSD_URL}/api/upload/image`, { method: "POST", body: form });
  assert.equal(response.status, 200);
  return (await response.json()).name;
}

test("what clients ask at their start", async () => {
  const { answer: stats } = await ask("/system_stats");
  assert.equal(stats.devices[0].type, "cpu");
  const { answer: nodes } = await ask("/object_info");
  assert.ok(nodes.CheckpointLoaderSimple.input.required.ckpt_name[0].includes("sd15"));
  assert.ok(nodes.KSampler.input.required.sampler_name[0].includes("euler"));
  assert.ok((await ask("/object_info/LoraLoader")).answer.LoraLoader);
  assert.deepEqual((await ask("/queue")).answer, { queue_running: [], queue_pending: [] });
});

test("SillyTavern reads lists of all loaders, draws, and says why a graph has no image", async () => {
  const { answer: nodes } = await ask("/object_info");
  for (const [node, input] of [["UNETLoader", "unet_name"], ["VAELoader", "vae_name"]]) {
    assert.deepEqual(nodes[node].input.required[input][0], []);
  }
  for (const input of ["sampler_name", "scheduler"]) assert.ok(nodes.KSampler.input.required[input][0].length > 0);
  const submit = async (prompt) => {
    const response = await fetch(`${HYPERSD_URL}/prompt`, { method: "POST", body: JSON.stringify({ prompt }) });
    const { prompt_id: id } = await response.json();
    for (;;) {
      const { [id]: item } = (await ask("/history")).answer;
      if (item) return item;
    }
  };
  const { status, outputs } = await submit(graph());
  assert.equal(status.status_str, "success");
  const [{ filename, subfolder, type }] = outputs[9].images;
  assert.equal((await fetch(`${HYPERSD_URL}/view?filename=${filename}&subfolder=${subfolder}&type=${type}`)).status, 200);
  const failed = await submit(graph({ 4: { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "broken" } } }));
  const [[kind, { node_id, node_type, exception_type, exception_message }]] = failed.status.messages;
  assert.deepEqual([failed.status.status_str, kind, node_id, node_type], ["error", "execution_error", "9", "SaveImage"]);
  assert.match(`${exception_type}: ${exception_message}`, /^malformed: .*model_index\.json/);
});

test("text to image, with progress", async () => {
  const { messages, images, history } = await draw(graph());
  assert.equal(messages[0].type, "status");
  const progress = messages.filter(({ type }) => type === "progress").map(({ data }) => [data.value, data.max]);
  assert.deepEqual(progress, [[1, 2], [2, 2]]);
  assert.equal(history.status.completed, true);
  const drawn = await settings(images[0]);
  assert.equal(drawn.Prompt, "a cat");
  assert.equal(drawn["Negative prompt"], "dogs");
  assert.equal(drawn.Size, "64x72");
  assert.equal(drawn.Sampler, "Euler a");
  assert.equal(drawn["CFG scale"], "1.5");
  assert.equal(drawn.Model, "sd15");
});

test("image to image, inpainting, LoRAs and a ControlNet", async () => {
  const name = await upload((await draw(graph())).images[0]);
  const load = { class_type: "LoadImage", inputs: { image: name } };
  const sampler = graph()[3].inputs;
  const again = await draw(graph({
    3: { class_type: "KSampler", inputs: { ...sampler, denoise: 0.5, latent_image: ["11", 0] } },
    10: load,
    11: { class_type: "VAEEncode", inputs: { pixels: ["10", 0], vae: ["4", 2] } },
  }));
  assert.equal((await settings(again.images[0]))["Denoising strength"], "0.5");
  const inpainted = await draw(graph({
    3: { class_type: "KSampler", inputs: { ...sampler, latent_image: ["12", 0] } },
    10: load,
    11: { class_type: "VAEEncode", inputs: { pixels: ["10", 0], vae: ["4", 2] } },
    12: { class_type: "SetLatentNoiseMask", inputs: { samples: ["11", 0], mask: ["13", 0] } },
    13: { class_type: "LoadImageMask", inputs: { image: name, channel: "red" } },
  }));
  assert.equal((await settings(inpainted.images[0]))["Denoising strength"], "1");
  const controlled = await draw(graph({
    3: { class_type: "KSampler", inputs: { ...sampler, model: ["20", 0], positive: ["22", 0], negative: ["22", 1] } },
    10: load,
    20: { class_type: "LoraLoader", inputs: { model: ["4", 0], clip: ["4", 1], lora_name: "sd15-a-kohya.safetensors",
      strength_model: 0.5, strength_clip: 0.5 } },
    6: { class_type: "CLIPTextEncode", inputs: { text: "a cat", clip: ["20", 1] } },
    21: { class_type: "ControlNetLoader", inputs: { control_net_name: "controlnet-sd15" } },
    22: { class_type: "ControlNetApplyAdvanced", inputs: { positive: ["6", 0], negative: ["7", 0], control_net: ["21", 0],
      image: ["10", 0], strength: 0.75, start_percent: 0, end_percent: 1 } },
  }));
  const said = await settings(controlled.images[0]);
  assert.match(said.Loras, /sd15-a-kohya.*0\.5/);
  assert.match(said["ControlNet 0"], /controlnet-sd15.*0\.75/);
});

test("Krita's nodes carry images in the graph and over the WebSocket", async () => {
  const [image] = (await draw(graph())).images;
  const { messages } = await draw(graph({
    3: { class_type: "KSampler", inputs: { ...graph()[3].inputs, denoise: 0.5, latent_image: ["11", 0] } },
    9: { class_type: "ETN_SendImageWebSocket", inputs: { images: ["8", 0], format: "PNG" } },
    10: { class_type: "ETN_LoadImageBase64", inputs: { image: image.toString("base64") } },
    11: { class_type: "VAEEncode", inputs: { pixels: ["10", 0], vae: ["4", 2] } },
  }));
  const sent = messages.filter((message) => message instanceof ArrayBuffer).map((message) => Buffer.from(message));
  const pictures = sent.filter((message) => message.readUInt32BE(4) === 2);
  assert.equal(pictures.length, 1);
  assert.equal(pictures[0].subarray(9, 12).toString(), "PNG");
});

test("a node that is not understood is named", async () => {
  const { status, answer } = await ask("/prompt", { prompt: graph({ 4: { class_type: "UNETLoader", inputs: {} } }) });
  assert.equal(status, 400);
  assert.equal(answer.error.message, "node 4 (UNETLoader): this server does not know this node as a model");
  const circle = graph({ 4: { class_type: "LoraLoader", inputs: { model: ["4", 0], lora_name: "a", clip: ["4", 1] } } });
  assert.match((await ask("/prompt", { prompt: circle })).answer.error.message, /the graph runs in a circle/);
  assert.equal((await fetch(`${HYPERSD_URL}/view?filename=../secret.png`)).status, 404);
});
