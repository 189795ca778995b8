// The settings beside the picture, except its size and the LoRAs, which have modules of their own.

import { offered } from "./choices.js";
import { suited, usual } from "./controlnets.js";
import { know, others, radios, slider } from "./fields.js";
import { languages, text } from "./texts.js";

const FEW = [1, 2, 3, 4, 5, 6, 7, 8];
const LAST_SEED = 2n ** 64n - 1n;
const $ = (id) => document.getElementById(id);
const element = (name, properties) => Object.assign(document.createElement(name), properties);

export class Settings {
  #store;
  #meaning;
  /** Whether another prompt is drawn with the same seed. */
  isLocked = true;

  constructor(store, meaning) {
    this.#store = store;
    this.#meaning = meaning;
    know("controls", "model", "steps", "timesteps", "seed", "negative_prompt", "sampler", "count");
    slider(store, meaning, "strength", { none: 0.75, shown: (value) => `${Math.round(100 * value)} %` });
    slider(store, meaning, "eta", { isFree: ({ sampler }) => !sampler }); // It implies a sampler that has it.
    slider(store, meaning, "guidance", { shown: (value) => (value <= 1 ? text("off") : String(value)) });
    this.#offerSteps();
    this.#offerWords();
    radios($("mode"), store, () => store.state.use, (use) => this.use(use));
    $("forget").onclick = () =>
      store.set(Object.fromEntries(others(store.state).map(([key]) => [key, undefined])));
    for (const source of [store, meaning, languages]) source.addEventListener("change", () => this.#show());
  }

  /** Fills in what the server offers. */
  offer() {
    const { models, controls, samplers, most_steps } = offered();
    $("model").replaceChildren(...models.map(({ name }) => new Option(name, name)));
    $("model-row").hidden = models.length < 2;
    $("sampler").append(...samplers.map((name) => new Option(name, name)));
    $("more-steps").max = most_steps;
    const scribble = $("mode").querySelector("[value=scribble]");
    scribble.disabled = controls.length === 0;
    this.#show();
  }

  lock(isLocked) {
    this.isLocked = isLocked;
    this.#show();
  }

  /** Asks for four pictures of seeds that follow each other, or for one again. */
  toggleGrid() {
    this.#store.set({ count: this.#store.state.count > 1 ? undefined : 4 });
  }

  /** Sets the number of steps, in place of timesteps. */
  steps(steps) {
    this.#store.set({ steps, timesteps: undefined }, { merge: "steps" });
  }

  /** Sets what the drawing is for. */
  use(use) {
    const controls = this.#store.state.controls ?? [suited(usual())];
    this.#store.set(use === "scribble" ? { use, controls } : { use });
  }

  #offerSteps() {
    for (const count of FEW) {
      const button = element("button", { type: "button", role: "radio", textContent: count, value: count });
      $("steps").querySelector("[role=radiogroup]").append(button);
    }
    radios($("steps"), this.#store, () => this.#steps, (count) => this.steps(Number(count)));
    $("more-steps").onchange = ({ target }) => target.validity.valid && target.value && this.steps(target.valueAsNumber);
  }

  #offerWords() {
    const { state } = this.#store;
    const typed = (id, key, isRight = () => true) =>
      $(id).addEventListener("input", ({ target, timeStamp }) => {
        if (isRight(target.value)) this.#store.set({ [key]: target.value || undefined }, { merge: key, time: timeStamp });
      });
    typed("seed", "seed", (value) => /^\d{1,20}$/.test(value) && BigInt(value) <= LAST_SEED);
    typed("negative", "negative_prompt");
    $("seed").value = state.seed;
    $("sampler").onchange = ({ target }) => this.#store.set({ sampler: target.value || undefined, eta: undefined });
    $("model").onchange = ({ target }) => this.#store.set({ model: target.value, loras: undefined, ...UNSET });
  }

  get #steps() {
    const { state } = this.#store;
    return state.timesteps?.length ?? state.steps ?? this.#meaning.settings.steps;
  }

  #show() {
    const { state } = this.#store;
    const { settings, preset } = this.#meaning;
    const steps = this.#steps;
    $("more-steps").value = steps > FEW.length ? steps : "";
    $("more-steps").hidden = preset !== null && preset.steps[1] <= FEW.length && !(steps > FEW.length);
    for (const button of $("steps").querySelectorAll("[role=radio]")) {
      button.ariaChecked = String(Number(button.value) === steps);
      button.classList.toggle("unsuited", isUnsuited(Number(button.value), preset));
    }
    $("model").value = state.model ?? offered().model;
    if (document.activeElement !== $("seed") || /^\d+$/.test($("seed").value)) $("seed").value = state.seed;
    if ($("negative").value !== (state.negative_prompt ?? "")) $("negative").value = state.negative_prompt ?? "";
    $("negative-hint").hidden = !state.negative_prompt || settings.guidance > 1;
    $("sampler").options[0].textContent = settings.sampler && !state.sampler ? settings.sampler : text("sampler.usual");
    $("sampler").value = state.sampler ?? "";
    $("lock").ariaPressed = String(this.isLocked);
    $("lock").title = text(this.isLocked ? "lock.on" : "lock.off");
    $("grid").ariaPressed = String(state.count > 1);
    $("strength-row").hidden = state.use !== "sketch";
    const rest = others(state);
    $("others-row").hidden = rest.length === 0;
    $("others").textContent = rest.map(([key, value]) => `${key.replaceAll("_", " ")} ${value}`).join(", ");
  }
}

export const randomSeed = () => String(Math.floor(Math.random() * 2 ** 32));

/** What another model or method says anew. */
export const UNSET = { steps: undefined, timesteps: undefined, sampler: undefined, eta: undefined, guidance: undefined };

const isUnsuited = (steps, preset) => preset !== null && (steps < preset.steps[0] || steps > preset.steps[1]);
