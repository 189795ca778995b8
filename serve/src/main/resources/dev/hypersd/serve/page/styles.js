// The LoRAs: one few-step method at most, because distillations exclude each other, and styles with their strengths.

import { lorasOf, methods, offered, styles } from "./choices.js";
import { know } from "./fields.js";
import { UNSET } from "./settings.js";
import { languages, text } from "./texts.js";

const MANY = 6;
const $ = (id) => document.getElementById(id);
const element = (name, properties) => Object.assign(document.createElement(name), properties);
const bare = (name) => name.replace(/\.safetensors$/, "");

export class Styles {
  #store;
  #meaning;
  #shown = null;

  constructor(store, meaning) {
    this.#store = store;
    this.#meaning = meaning;
    know("loras");
    $("method").onchange = ({ target }) => this.#choose(target.value);
    $("style-search").addEventListener("input", () => this.#showFound());
    $("style-search").addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      $("style-found").querySelector("button")?.click();
    });
    store.addEventListener("change", () => this.#show());
    languages.addEventListener("change", () => this.offer());
  }

  /** Fills in what the server offers. */
  offer() {
    const names = methods().map(({ name }) => new Option(name, name));
    $("method").replaceChildren(new Option(text("method.none"), ""), ...names);
    $("method-row").hidden = names.length === 0;
    $("styles").hidden = styles().length === 0;
    $("style-search").hidden = styles().length <= MANY;
    $("no-loras").hidden = offered().loras.length > 0;
    this.#shown = null;
    this.#show();
  }

  /** The LoRAs of the state, those that are methods and all others. */
  get #present() {
    const all = lorasOf(this.#store.state);
    const isMethod = ({ name }) => methods().some((method) => method.name === bare(name));
    return { methods: all.filter(isMethod), styles: all.filter((lora) => !isMethod(lora)) };
  }

  #choose(name) {
    const chosen = name ? [{ name, weight: methods().find((method) => method.name === name).weight }] : [];
    this.#store.set({ loras: [...chosen, ...this.#present.styles], ...UNSET });
  }

  #set(changed, options) {
    this.#store.set({ loras: [...this.#present.methods, ...changed] }, options);
  }

  #show() {
    const { methods: [method], styles: on } = this.#present;
    $("method").value = method ? bare(method.name) : "";
    const names = on.map(({ name }) => name).join("\n");
    if (names !== this.#shown) {
      $("chips").replaceChildren(...on.map(({ name }) => this.#chip(name)));
      this.#shown = names;
      this.#showFound();
    }
    on.forEach(({ weight = 1 }, i) => {
      const chip = $("chips").children[i];
      chip.querySelector("output").value = weight;
      if (chip.querySelector("input").valueAsNumber !== weight) chip.querySelector("input").value = weight;
    });
  }

  /** A style that is on, with its strength. */
  #chip(name) {
    const chip = element("div", { className: "chip", role: "group", ariaLabel: name });
    const strength = element("input", { type: "range", min: 0, max: 1.5, step: 0.05 });
    strength.ariaLabel = text("style.strength", name);
    strength.oninput = ({ timeStamp }) => {
      const weight = strength.valueAsNumber;
      const changed = this.#present.styles.map((lora) => (lora.name === name ? { ...lora, weight } : lora));
      this.#set(changed, { merge: `style ${name}`, time: timeStamp });
    };
    const off = element("button", { type: "button", className: "plain", textContent: "×" });
    off.ariaLabel = off.title = text("style.off", name);
    off.onclick = () => this.#set(this.#present.styles.filter((lora) => lora.name !== name));
    chip.append(element("span", { textContent: bare(name), title: name }), document.createElement("output"), off, strength);
    return chip;
  }

  /** The styles that are not on, the first few or those that are searched for. */
  #showFound() {
    const searched = $("style-search").value.trim().toLowerCase();
    const on = new Set(this.#present.styles.map(({ name }) => bare(name)));
    const found = styles().filter(({ name }) => !on.has(name) && name.toLowerCase().includes(searched));
    $("style-found").replaceChildren(...found.slice(0, MANY).map(({ name, weight }) => {
      const button = element("button", { type: "button", className: "add", textContent: name });
      button.title = text("style.on", name);
      button.onclick = () => {
        $("style-search").value = "";
        this.#set([...this.#present.styles, { name, weight }]);
      };
      return button;
    }));
    $("style-more").textContent = found.length > MANY ? text("style.more", found.length - MANY) : "";
  }
}
