// The picture that is shown, or the pictures where several are asked for, with their progress.

import { text } from "./texts.js";

const $ = (id) => document.getElementById(id);

/** Sends "shown" for each picture, and "choose" when somebody chooses one of several. */
export class Picture extends EventTarget {
  #grid;
  #live;
  #speed;
  #shownId = 0;
  /** The pictures that are shown, each with how it was made. */
  present = [];

  constructor(grid, live, speed) {
    super();
    this.#grid = grid;
    this.#live = live;
    this.#speed = speed;
    grid.addEventListener("click", ({ target }) => {
      const chosen = target.closest("button") && this.present[[...grid.children].indexOf(target.closest(".cell"))];
      if (chosen) this.dispatchEvent(new CustomEvent("choose", { detail: chosen }));
    });
    live.addEventListener("picture", ({ detail }) => this.#receive(detail));
    live.addEventListener("preview", ({ detail }) => this.#draw(detail));
    live.addEventListener("progress", ({ detail: { step, steps } }) => {
      if (steps === 1) return;
      $("progress").classList.toggle("on", step < steps);
      $("progress").firstElementChild.style.width = `${(100 * step) / steps}%`;
    });
  }

  /** The first picture with how it was made, if there is one. */
  get first() {
    return this.present[0] ?? null;
  }

  /** Shows a picture that was drawn before, until the next one arrives. */
  recall(entry) {
    this.#count(1);
    this.present = [entry];
    this.#draw({ ...entry, id: this.#shownId, index: 0 });
  }

  async #receive(picture) {
    if (!(await this.#draw(picture))) return;
    const { index, state, prompt, seed, id } = picture;
    $("progress").classList.remove("on");
    if (index === 0) {
      this.present = [];
      this.#speed.shown(id);
    }
    this.present[index] = { ...picture, whole: state, state: one(state, seed) };
    this.#name(index, prompt, seed);
    this.dispatchEvent(new CustomEvent("shown", { detail: picture }));
  }

  /** Draws a picture or a preview, unless a later one is there already; returns whether it did. */
  async #draw({ id, blob, index = 0, state }) {
    if (id < this.#shownId) return false;
    const bitmap = await createImageBitmap(blob);
    if (id < this.#shownId) return false;
    this.#shownId = id;
    if (state) this.#count(state.count ?? 1);
    const canvas = this.#canvas(index);
    if (!canvas) return false;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
    }
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    bitmap.close();
    return true;
  }

  /** Says what a canvas shows, where it is not said already: while somebody draws, only the pixels change. */
  #name(index, prompt, seed) {
    const label = text("picture.of", prompt, seed);
    if (this.#canvas(index).ariaLabel === label) return;
    this.#canvas(index).ariaLabel = label;
    if (index === 0) $("about").textContent = text("seed.of", seed);
  }

  #canvas(index) {
    return this.#grid.querySelectorAll("canvas")[index];
  }

  /** Makes room for so many pictures. */
  #count(count) {
    const cells = [...this.#grid.children];
    if (cells.length === count) return;
    this.#grid.dataset.count = count;
    cells.slice(Math.max(1, count)).forEach((cell) => cell.remove());
    for (let i = cells.length; i < count; i++) this.#grid.append(this.#cell());
    [...this.#grid.querySelectorAll("button")].forEach((button, i) => {
      button.hidden = count === 1;
      button.ariaLabel = text("grid.choose", i + 1);
    });
  }

  /** A place for one of several pictures. */
  #cell() {
    const cell = this.#grid.firstElementChild.cloneNode(true);
    cell.querySelector("canvas").removeAttribute("id");
    return cell;
  }
}

/** The settings of one picture among several. */
export function one(state, seed) {
  const { count, ...rest } = state;
  return { ...rest, seed };
}
