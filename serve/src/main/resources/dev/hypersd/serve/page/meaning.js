// What the settings mean, which the server says (/v1/explanations): the values that presets and the model supply, the
// tokens of the prompt, and the settings as the command line and as JSON.

import { parse } from "./exact.js";

const PAUSE_MILLIS = 120;

/** Sends "change" when an answer has arrived. */
export class Meaning extends EventTarget {
  #store;
  #requests;
  #timer = 0;
  #asked = "";
  #answer = null;
  /** The values that are used, by the names of the settings, and the preset that was applied, if any. */
  settings = {};
  preset = null;
  tokens = [];
  command = "";
  json = "";

  constructor(store, requests) {
    super();
    this.#store = store;
    this.#requests = requests;
    store.addEventListener("change", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.ask(), PAUSE_MILLIS);
    });
  }

  /** Asks for the meaning of the present settings, unless they are those of the last time; ends when it is known. */
  ask() {
    const body = JSON.stringify(this.#requests.named(this.#store.state));
    if (body !== this.#asked) {
      this.#asked = body;
      this.#answer = this.#read(body);
    }
    return this.#answer;
  }

  async #read(body) {
    const request = { method: "POST", headers: { "Content-Type": "application/json" }, body };
    const response = await fetch("v1/explanations", request).catch(() => null);
    const answer = response?.ok ? parse(await response.text()) : null;
    if (body !== this.#asked) return;
    if (answer) {
      Object.assign(this, answer);
      this.dispatchEvent(new Event("change"));
    } else {
      this.#asked = "";
    }
  }
}
