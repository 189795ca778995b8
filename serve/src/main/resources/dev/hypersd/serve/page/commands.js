// What can be done with keys and buttons. A command has the name of its button, if it has one.

import { text } from "./texts.js";

const $ = (id) => document.getElementById(id);

export class Commands {
  #commands = [];

  constructor() {
    addEventListener("keydown", (event) => this.#press(event));
  }

  /**
   * Adds a command. Its texts are `key.NAME`, for the list of keys.
   *
   * @param keys the keys that run it, as in KeyboardEvent.key; with "Ctrl+" they work in text fields too
   * @param shown how the list names its keys; without, the list leaves the command out
   */
  add(name, run, { keys = [], shown } = {}) {
    this.#commands.push({ name, run, keys, shown });
    if ($(name) instanceof HTMLButtonElement) $(name).addEventListener("click", () => run());
  }

  /** Fills in the list of keys. */
  explain(list) {
    list.replaceChildren(...this.#commands.filter(({ shown }) => shown).flatMap(({ name, shown }) => [
      Object.assign(document.createElement("dt"), { textContent: shown }),
      Object.assign(document.createElement("dd"), { textContent: text(`key.${name}`) }),
    ]));
  }

  #press(event) {
    if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.matches("textarea, select, input:not([type=range], [type=checkbox])");
    if (event.key === "Escape" && typing) return event.target.blur();
    const command = event.ctrlKey || event.metaKey;
    if (typing && !command) return;
    const shift = event.shiftKey && command ? "Shift+" : "";
    const key = (command ? "Ctrl+" : "") + shift + (command ? event.key.toLowerCase() : event.key);
    const found = this.#commands.find(({ keys }) => keys.includes(key));
    if (!found) return;
    event.preventDefault();
    found.run(event.key);
  }
}
