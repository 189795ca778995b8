// The mask of inpainting, painted over the drawing: where it is painted, the picture is drawn anew, and the rest stays.
// The setting `mask` is a Sheet, white on black. With the setting `paper`, what nobody has drawn on is free: it is drawn
// from nothing, and what is drawn guides it.

import { sizeOf } from "./choices.js";
import { know, radios } from "./fields.js";
import { PAPER, Sheet } from "./sheet.js";

/** How much a colour may differ from that of the paper, which is blended with others where pictures are scaled. */
const NEAR_PAPER = 10;

/** Latents have one value for so many pixels in each direction. */
const BLOCK = 8;

const BLACK = "#000";
const WHITE = "#fff";
const $ = (id) => document.getElementById(id);

/** What the pointer and the pen paint in place of the drawing while the tool is the mask or its eraser. */
export class Mask {
  #store;
  #drawing;
  #context;
  #sheet;
  #last = null;
  #tool = "draw";

  /** @param canvas lies over that of `drawing`, and shows the mask */
  constructor(canvas, store, drawing) {
    this.canvas = canvas;
    this.#store = store;
    this.#drawing = drawing;
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
    know("mask", "paper");
    const showTool = radios($("tool"), store, () => this.#tool, (tool) => {
      this.#use(tool);
      showTool();
    });
    store.addEventListener("change", () => this.#show());
    this.#show();
  }

  begin(point, { pressure = 0, timeStamp } = {}) {
    this.#last = point;
    this.#change(() => this.#line(point, point, pressure), timeStamp);
  }

  to(point, { pressure = 0, timeStamp } = {}) {
    if (!this.#last) return;
    this.#line(this.#last, point, pressure);
    this.#last = point;
    this.#store.touch(timeStamp);
  }

  end() {
    this.#last = null;
    this.#sheet?.freeze();
  }

  /** Exchanges what is drawn anew and what stays. */
  invert() {
    this.#change(() => {
      const { width, height } = this.canvas;
      const pixels = this.#context.getImageData(0, 0, width, height);
      for (let i = 0; i < pixels.data.length; i += 4) {
        pixels.data[i] = pixels.data[i + 1] = pixels.data[i + 2] = 255 - pixels.data[i];
      }
      this.#context.putImageData(pixels, 0, 0);
    });
    this.end();
  }

  clear() {
    this.end();
    this.#store.set({ mask: undefined });
  }

  /** Lets the pointer paint with a tool. A mask needs a picture under it: without a drawing it is the present one. */
  #use(tool) {
    this.#tool = tool;
    this.#drawing.tool = tool === "draw" ? null : this;
    if (tool !== "draw" && !this.#store.state.drawing) this.#drawing.take($("picture"));
    this.#show();
  }

  #change(paint, time) {
    this.#sheet?.freeze();
    paint();
    this.#sheet = new Sheet(this.canvas, BLACK);
    this.#store.set({ mask: this.#sheet, use: "sketch" }, { time });
  }

  #show() {
    const { state } = this.#store;
    $("masking").hidden = !(state.mask || this.#tool !== "draw");
    $("paper").ariaPressed = String(Boolean(state.paper));
    $("paper").hidden = state.use !== "sketch";
    const { width, height } = this.#drawing.canvas;
    const isReshaped = width !== this.canvas.width || height !== this.canvas.height;
    this.canvas.hidden = !state.mask;
    if (state.mask === this.#sheet && !isReshaped && this.#sheet) return;
    this.end();
    if (isReshaped) Object.assign(this.canvas, { width, height });
    this.#sheet = state.mask;
    this.#context.fillStyle = BLACK;
    this.#context.fillRect(0, 0, width, height);
    this.#sheet?.paint(this.#context);
  }

  #line(from, to, pressure) {
    this.#drawing.line(this.#context, from, to, pressure, this.#tool === "erase" ? BLACK : WHITE);
  }
}

/** Adds the mask to a request that starts from the drawing. */
export function contributeMask(request, state, png) {
  const { drawing, mask, paper, strength } = state;
  if (!request.image || (!mask && !paper)) return request;
  const [width, height] = sizeOf(state);
  const free = () => (mask ? mask.pixels(width, height) : new Uint8ClampedArray(4 * width * height));
  const file = png("mask.png", () =>
    drawing.png(width, height, (data) => cover(data, free(), Boolean(paper), width, height)));
  if (!paper) return { ...request, mask: file };
  return { ...request, mask: file, strength: 1, ...(!mask && { kept_strength: strength }) };
}

/**
 * Replaces the pixels of a drawing by those of a mask, white where `mask` is, or where at least half of the pixels that
 * one latent stands for are paper, if that is free.
 */
function cover(drawing, mask, isPaperFree, width, height) {
  const isFree = (i) =>
    mask[i] > 127 || (isPaperFree && PAPER.every((value, c) => Math.abs(drawing[i + c] - value) <= NEAR_PAPER));
  for (let top = 0; top < height; top += BLOCK) {
    for (let left = 0; left < width; left += BLOCK) {
      const pixels = [];
      for (let y = top; y < Math.min(height, top + BLOCK); y++) {
        for (let x = left; x < Math.min(width, left + BLOCK); x++) pixels.push(4 * (y * width + x));
      }
      const value = 2 * pixels.filter(isFree).length >= pixels.length ? 255 : 0;
      for (const i of pixels) drawing[i] = drawing[i + 1] = drawing[i + 2] = value;
    }
  }
}
