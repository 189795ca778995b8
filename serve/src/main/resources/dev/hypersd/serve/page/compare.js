// Two pictures side by side with what differs between their settings, and one picture in several numbers of steps.

import { differences } from "./store.js";
import { text } from "./texts.js";

const COUNTS = [1, 2, 4, 8];
const $ = (id) => document.getElementById(id);
const element = (name, properties) => Object.assign(document.createElement(name), properties);

/** The dialog; sends "choose" with the entry whose settings are taken over. */
export class Comparison extends EventTarget {
  #dialog;
  #history;
  #requests;
  #closed = new AbortController();

  constructor(dialog, history, requests) {
    super();
    this.#dialog = dialog;
    this.#history = history;
    this.#requests = requests;
    dialog.addEventListener("close", () => this.#closed.abort());
    $("compare-steps").onclick = () => this.#steps();
    $("compare-pictures").onclick = () => this.#pictures();
  }

  /** Opens the dialog for the picture that is shown. */
  open(entry) {
    if (!entry) return;
    this.entry = entry;
    this.#dialog.showModal();
    if (this.#others.length > 0) this.#pictures();
    else this.#steps();
  }

  get #others() {
    return this.#history.entries.filter(({ state }) => differences(state, this.entry.state).length > 0);
  }

  #begin(chosen) {
    this.#closed.abort();
    this.#closed = new AbortController();
    for (const id of ["compare-pictures", "compare-steps"]) $(id).ariaChecked = String(id === chosen);
    $("columns").className = chosen;
    $("comparison-prompt").textContent = this.entry.prompt;
  }

  /** Shows the picture beside another one of the history, the one before it first. */
  #pictures() {
    this.#begin("compare-pictures");
    const others = this.#others;
    if (others.length === 0) {
      $("columns").replaceChildren(element("p", { textContent: text("compare.none") }));
      return;
    }
    const choice = element("select", { ariaLabel: text("compare.with") });
    choice.append(...others.map(({ prompt, seed }, i) => new Option(`${prompt} · ${seed}`, i)));
    const show = () => {
      const other = others[choice.value];
      const keys = differences(other.state, this.entry.state);
      $("columns").replaceChildren(
        this.#column(other, keys, choice),
        this.#column(this.entry, keys, element("p", { className: "now", textContent: text("compare.now") })));
      choice.focus();
    };
    choice.onchange = show;
    show();
  }

  /** A picture with the settings of these keys. */
  #column(entry, keys, head) {
    const figure = element("figure");
    const list = element("dl");
    for (const key of keys) {
      list.append(
        element("dt", { textContent: key.replaceAll("_", " ") }),
        element("dd", { textContent: shown(entry.state[key]) }));
    }
    const take = element("button", { type: "button", textContent: text("compare.take") });
    take.onclick = () => {
      this.#dialog.close();
      this.dispatchEvent(new CustomEvent("choose", { detail: entry }));
    };
    const caption = element("figcaption");
    caption.append(list, take);
    figure.append(head, image(URL.createObjectURL(entry.blob), entry.prompt), caption);
    return figure;
  }

  /** Draws the picture in several numbers of steps. */
  async #steps() {
    this.#begin("compare-steps");
    const { signal } = this.#closed;
    const { timesteps, ...request } = this.#requests.of(this.entry.state);
    const columns = COUNTS.map((steps) => {
      const figure = element("figure");
      const place = element("div", { className: "waiting" });
      const caption = element("figcaption", { textContent: text(steps === 1 ? "steps.one" : "steps.many", steps) });
      figure.append(place, caption);
      return { figure, place, caption };
    });
    $("columns").replaceChildren(...columns.map(({ figure }) => figure));
    for (const [i, steps] of COUNTS.entries()) {
      if (signal.aborted) return;
      await fill(columns[i], { ...request, steps, final: true }, signal).catch((failure) => {
        if (failure.name !== "AbortError") columns[i].caption.textContent = failure.message;
      });
    }
  }
}

async function fill({ place, caption }, request, signal) {
  const began = performance.now();
  const response = await fetch("v1/images/generations", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
    signal,
  });
  const answer = await response.json();
  if (!response.ok) {
    caption.textContent = answer.error.message;
    return;
  }
  place.replaceWith(image(`data:image/png;base64,${answer.data[0].b64_json}`, caption.textContent));
  caption.append(element("span", { textContent: `${Math.round(performance.now() - began)} ms` }));
  for (const sentence of answer.warnings) {
    caption.append(element("span", { className: "warning", textContent: sentence, lang: "en" }));
  }
}

const image = (src, alt) => Object.assign(new Image(), { src, alt });

/** A value of a setting in words. */
function shown(value) {
  if (value === undefined) return text("usual");
  if (Array.isArray(value)) return value.length === 0 ? text("none") : value.map(shown).join(", ");
  if (value && typeof value === "object") {
    return value.name ? `${value.name} ${value.weight ?? value.scale ?? ""}`.trim() : text("a.drawing");
  }
  return String(value);
}
