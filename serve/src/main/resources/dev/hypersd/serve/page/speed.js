// Measures how fast the page feels: images per second, and the time from an input until its image is on the canvas.

import { text } from "./texts.js";

const KEPT = 1000;

export class Speed {
  #asked = new Map();
  #shown = [];
  #delays = [];

  constructor(place) {
    this.place = place;
    setInterval(() => this.#write(), 400);
  }

  /** The request of this number was sent because of an input at `time`. */
  asked(id, time) {
    this.#asked.set(id, time);
    if (this.#asked.size > KEPT) this.#asked.delete(this.#asked.keys().next().value);
  }

  /** The image of the request of this number is on the canvas. */
  shown(id) {
    const now = performance.now();
    this.#shown.push(now);
    const start = this.#asked.get(id);
    this.#asked.delete(id);
    if (start === undefined) return;
    performance.measure("input-to-picture", { start, end: now });
    if (performance.getEntriesByName("input-to-picture").length > KEPT) performance.clearMeasures("input-to-picture");
    this.#delays.push(now - start);
    if (this.#delays.length > 30) this.#delays.shift();
  }

  /** Leaves the text to others until the next image is shown. */
  pause() {
    this.#delays = [];
  }

  #write() {
    const since = performance.now() - 2000;
    this.#shown = this.#shown.filter((time) => time > since);
    if (this.#delays.length === 0) return;
    const median = [...this.#delays].sort((a, b) => a - b)[this.#delays.length >> 1];
    const rate = this.#shown.length / 2;
    const delay = median < 1000 ? `${Math.round(median)} ms` : `${(median / 1000).toFixed(1)} s`;
    this.place.textContent = rate >= 2 ? text("speed.rate", Math.round(rate), delay) : text("speed.delay", delay);
  }
}
