// What speaks against the settings of the picture that is shown, in sentences that can be dismissed.

import { text as words } from "./texts.js";

export class Warnings {
  #list;
  #shown = [];
  #dismissed = new Set();

  constructor(list) {
    this.#list = list;
  }

  /** Shows these sentences. One that was dismissed comes back only after it has not applied for a while. */
  show(sentences = []) {
    this.#dismissed = new Set([...this.#dismissed].filter((text) => sentences.includes(text)));
    const rest = sentences.filter((text) => !this.#dismissed.has(text));
    if (rest.join("\n") === this.#shown.join("\n")) return; // Screen readers would read the same again.
    this.#shown = rest;
    this.#list.replaceChildren(...rest.map((text) => this.#item(text, sentences)));
  }

  #item(text, sentences) {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    button.title = words("dismiss");
    button.ariaLabel = words("dismiss.that", text);
    button.onclick = () => {
      this.#dismissed.add(text);
      this.show(sentences);
    };
    item.append(Object.assign(document.createElement("span"), { textContent: text, title: text, lang: "en" }), button);
    return item;
  }
}
