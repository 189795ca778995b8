// The settings: what they are, what can be chosen, and the request that they make.

import { exact, setExact } from "./exact.js";

const STEPS = [1, 2, 3, 4, 5, 6, 7, 8];
const $ = (id) => document.getElementById(id);
const element = (name, properties) => Object.assign(document.createElement(name), properties);

export class Controls extends EventTarget {
  #choices = { models: [], loras: [], controls: [] };
  #steps = 4;
  #mode = "text";
  /** Settings of a picture for which the page has no control; they hold until somebody forgets them. */
  #others = {};

  constructor() {
    super();
    for (const step of STEPS) {
      const button = element("button", { type: "button", role: "radio", textContent: step });
      button.onclick = () => this.set({ steps: step });
      $("steps").querySelector("div").append(button);
    }
    for (const id of ["strength", "scale", "eta", "guidance"]) {
      $(id).addEventListener("input", () => this.#changed());
    }
    $("seed").addEventListener("input", () => this.#changed());
    $("forget").onclick = () => {
      this.#others = {};
      this.#changed();
    };
    $("lock").onclick = () => this.lock(!this.isLocked);
    $("model").onchange = () => {
      this.#applyPreset();
      this.#changed();
    };
    $("control").onchange = () => this.#changed();
    for (const button of $("mode").children) button.onclick = () => this.set({ mode: button.dataset.mode });
    this.#show();
  }

  /** Fills in the models, LoRAs and ControlNets of the server. */
  offer(choices) {
    this.#choices = choices;
    $("model").replaceChildren(...choices.models.map(({ name }) => new Option(name, name)));
    $("model").value = choices.model;
    $("control").replaceChildren(...choices.controls.map((name) => new Option(name, name)));
    $("control").value = choices.controls.find((name) => name.includes("scribble")) ?? choices.controls[0];
    $("control-row").hidden = choices.controls.length === 0;
    const scribble = document.querySelector('[data-mode="scribble"]');
    scribble.disabled = choices.controls.length === 0;
    if (scribble.disabled) scribble.title = "The server has no ControlNet: start it with --controls";
    $("loras").querySelectorAll(".lora, p").forEach((row) => row.remove());
    for (const lora of choices.loras) $("loras").append(this.#row(lora));
    if (choices.loras.length === 0) {
      $("loras").append(element("p", { textContent: "None: start the server with --lora or --loras." }));
    }
    this.#applyPreset();
    this.#show();
  }

  get mode() {
    return this.#mode;
  }

  get steps() {
    return this.#steps;
  }

  get isLocked() {
    return $("lock").ariaPressed === "true";
  }

  get model() {
    return this.#choices.models.find(({ name }) => name === $("model").value);
  }

  /** The side of the pictures of the present model, in pixels. */
  get side() {
    return this.model?.side ?? 512;
  }

  lock(locked) {
    $("lock").ariaPressed = String(locked);
    $("lock").textContent = locked ? "Kept" : "Free";
  }

  anotherSeed() {
    $("seed").value = Math.floor(Math.random() * 2 ** 32);
    this.#changed();
  }

  set({ steps, mode, seed }) {
    if (steps !== undefined) delete this.#others.timesteps;
    this.#steps = steps ?? this.#steps;
    this.#mode = mode ?? this.#mode;
    if (seed !== undefined) $("seed").value = seed;
    this.#changed();
  }

  /** Restores the settings that an image was made with, without its prompt, and keeps its seed. */
  recall({ model, steps, guidance, eta, loras, seed, mode = this.#mode, ...others }) {
    if (model && this.#choices.models.some(({ name }) => name === model)) $("model").value = model;
    if (guidance !== undefined) setExact($("guidance"), guidance);
    setExact($("eta"), eta ?? 0);
    for (const row of loras ? document.querySelectorAll(".lora") : []) {
      const lora = loras.find(({ name }) => name.replace(/\.safetensors$/, "") === row.dataset.name);
      row.querySelector("[type=checkbox]").checked = Boolean(lora);
      if (lora) setExact(row.querySelector("[type=range]"), lora.weight ?? 1);
    }
    this.lock(true);
    this.set({ steps: steps ?? others.timesteps?.length, mode, seed });
    if (others.size === `${this.side}x${this.side}`) delete others.size;
    if (others.sampler === this.#preset?.sampler) delete others.sampler;
    this.#others = others;
    this.#changed();
  }

  /** The request that the settings make, without prompt and drawing. */
  request() {
    const eta = exact($("eta"));
    return {
      ...this.#others,
      model: $("model").value,
      ...(!this.#others.timesteps && { steps: this.#steps }),
      seed: /^\d+$/.test($("seed").value) ? $("seed").value : "0",
      guidance: exact($("guidance")),
      ...((eta > 0 || (this.#preset?.eta !== undefined && !this.#others.sampler)) && { eta }),
      loras: [...document.querySelectorAll(".lora")]
        .filter((row) => row.querySelector("[type=checkbox]").checked)
        .map((row) => ({ name: row.dataset.name, weight: exact(row.querySelector("[type=range]")) })),
    };
  }

  /** How the LoRA that is on, or the model, is sampled; with an eta where the sampler has one, 0 included. */
  get #preset() {
    const on = [...document.querySelectorAll(".lora")]
      .filter((row) => row.querySelector("[type=checkbox]").checked)
      .map((row) => this.#choices.loras.find(({ name }) => name === row.dataset.name));
    return on.find((lora) => lora?.preset)?.preset ?? this.model?.preset;
  }

  /** Sets steps, guidance and eta as that preset recommends. */
  #applyPreset() {
    const preset = this.#preset;
    if (preset) {
      this.#steps = Math.min(8, preset.steps);
      setExact($("guidance"), preset.guidance);
    }
    setExact($("eta"), preset?.eta ?? 0);
  }

  #row(lora) {
    const row = element("label", { className: "lora" });
    row.dataset.name = lora.name;
    const on = element("input", { type: "checkbox", checked: lora.on });
    const weight = element("input", { type: "range", min: 0, max: 1.5, step: 0.05, value: lora.weight });
    const shown = document.createElement("output");
    weight.ariaLabel = `weight of ${lora.name}`;
    row.append(on, element("span", { textContent: lora.name, title: lora.name }), shown, weight);
    on.onchange = () => {
      this.#applyPreset();
      this.#changed();
    };
    weight.oninput = () => this.#changed();
    return row;
  }

  #changed() {
    this.#show();
    this.dispatchEvent(new CustomEvent("change", { detail: { time: performance.now() } }));
  }

  #show() {
    for (const button of $("steps").querySelectorAll("button")) {
      button.ariaChecked = String(Number(button.textContent) === this.#steps);
    }
    for (const button of $("mode").children) button.ariaChecked = String(button.dataset.mode === this.#mode);
    for (const slider of document.querySelectorAll(".slider")) {
      const value = exact(slider.querySelector("input"));
      slider.querySelector("output").value = slider.querySelector("#guidance") && value <= 1 ? "off" : value;
    }
    for (const row of document.querySelectorAll(".lora")) {
      row.querySelector("output").value = exact(row.querySelector("[type=range]"));
    }
    const others = Object.entries(this.#others);
    $("others-row").hidden = others.length === 0;
    $("others").textContent = others.map(([key, value]) => `${key.replaceAll("_", " ")} ${value}`).join(", ");
    $("strength-row").hidden = this.#mode !== "sketch";
    $("scale-row").hidden = this.#mode !== "scribble";
  }
}
