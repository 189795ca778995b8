// The drawing canvas: strokes, fill and pictures that are opened. What is drawn is the setting `drawing`.

import { sizeOf } from "./choices.js";
import { AS_IT_IS } from "./controlnets.js";
import { cover, PAPER, Sheet } from "./sheet.js";

const LONGEST = 512;
const COLOURS = {
  black: "#1b1b1f", grey: "#7d7a78", paper: "#fbf8f1", red: "#d8322f", orange: "#ef7d22", yellow: "#f4c430",
  green: "#3f9d4c", turquoise: "#2bb3b8", blue: "#2f63c9", violet: "#7a3fb4", pink: "#e77fb0", brown: "#7a4a2b",
};

export class Drawing {
  #store;
  #context;
  #sheet;
  #last = null;
  colour = COLOURS.black;
  /** What strokes paint in place of the drawing, such as the mask; null for the drawing. */
  tool = null;

  constructor(canvas, store, { width, palette }) {
    this.canvas = canvas;
    this.width = width;
    this.#store = store;
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
    this.#cover(`rgb(${PAPER})`);
    this.#show();
    this.#offer(palette);
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.begin(this.#point(event), event);
    });
    canvas.addEventListener("pointermove", (event) => {
      for (const each of event.getCoalescedEvents?.() ?? [event]) this.to(this.#point(each), each);
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => this.end());
    store.addEventListener("change", () => this.#show());
  }

  /** Begins a stroke at a point, in pixels of the canvas. */
  begin(point, event = {}) {
    if (this.tool) return this.tool.begin(point, event);
    const { pressure = 0, timeStamp } = event;
    this.#last = point;
    this.#change(() => this.line(this.#context, point, point, pressure, this.colour), timeStamp);
  }

  /** Goes on with the stroke, if one has begun. */
  to(point, event = {}) {
    if (this.tool) return this.tool.to(point, event);
    const { pressure = 0, timeStamp } = event;
    if (!this.#last) return;
    this.line(this.#context, this.#last, point, pressure, this.colour);
    this.#last = point;
    this.#store.touch(timeStamp);
  }

  end() {
    this.tool?.end();
    this.#end();
  }

  fill() {
    this.#change(() => this.#cover(this.colour));
    this.#end();
  }

  clear() {
    this.#end();
    this.#store.set({ drawing: undefined, use: "text" });
  }

  /** Replaces the drawing by a picture, scaled to cover the canvas, and goes on from it. */
  take(picture) {
    const { width, height } = this.canvas;
    const drawing = Sheet.of(picture, width, height);
    this.#store.set({ drawing, use: used(this.#store.state) });
  }

  /**
   * Shows a frame of a moving picture. All frames until something else changes the drawing are one change; returns the
   * sheet that shows them.
   */
  frame(picture) {
    const isFirst = !this.#sheet?.isLive;
    if (isFirst) {
      this.#change(() => cover(this.#context, picture));
    } else {
      cover(this.#context, picture);
      this.#store.touch();
    }
    return this.#sheet;
  }

  /** Paints a line as wide as the brush. */
  line(context, from, to, pressure, colour) {
    context.strokeStyle = colour;
    context.lineWidth = this.width.valueAsNumber * (pressure > 0 ? 0.5 + pressure : 1);
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  }

  #end() {
    this.#last = null;
    this.#sheet?.freeze();
  }

  /** Changes the canvas by `draw` as a new value of the setting. */
  #change(draw, time) {
    this.#sheet?.freeze();
    draw();
    this.#sheet = new Sheet(this.canvas);
    this.#store.set({ drawing: this.#sheet, use: used(this.#store.state) }, { time });
  }

  /** Shows the setting, and gives the canvas the shape of the picture. */
  #show() {
    const { state } = this.#store;
    const [w, h] = sizeOf(state);
    const scale = LONGEST / Math.max(w, h);
    const [width, height] = [Math.round(w * scale), Math.round(h * scale)];
    const isReshaped = width !== this.canvas.width || height !== this.canvas.height;
    this.canvas.parentElement.classList.toggle("used", Boolean(state.drawing));
    if (state.drawing === this.#sheet && !isReshaped) return;
    this.#end();
    if (isReshaped) Object.assign(this.canvas, { width, height });
    this.#sheet = state.drawing;
    if (this.#sheet) this.#sheet.paint(this.#context);
    else this.#cover(`rgb(${PAPER})`);
  }

  #cover(colour) {
    this.#context.fillStyle = colour;
    this.#context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * this.canvas.width,
      y: ((event.clientY - box.top) / box.height) * this.canvas.height,
    };
  }

  #offer(palette) {
    for (const [name, colour] of Object.entries(COLOURS)) {
      const button = document.createElement("button");
      button.type = "button";
      button.role = "radio";
      button.style.background = colour;
      button.ariaChecked = String(colour === this.colour);
      button.dataset.title = button.dataset.label = `colour.${name}`;
      button.onclick = () => {
        this.colour = colour;
        for (const each of palette.children) each.ariaChecked = String(each === button);
      };
      palette.append(button);
    }
  }
}

/** What a drawing is for once there is one. */
const used = ({ use }) => (use === "text" ? "sketch" : use);

/** Adds what the drawing is for to a request: the original picture, or the lines that ControlNets follow. */
export function contributeDrawing(request, state, png) {
  const { drawing, use, strength, controls = [] } = state;
  const [width, height] = sizeOf(state);
  const size = `${width}x${height}`;
  if (!drawing || use === "text") return request;
  if (use === "sketch") {
    return { ...request, size, image: png("drawing.png", () => drawing.png(width, height)), strength };
  }
  return { ...request, size, controls: controls.map((control) => followed(control, drawing, [width, height], png)) };
}

/** A ControlNet with what it follows: the lines of the drawing, or the drawing itself or what is made of it. */
function followed({ preprocessor, ...control }, drawing, [width, height], png) {
  if (!preprocessor) return { ...control, image: png("lines.png", () => drawing.png(width, height, lighten)) };
  const image = png("drawing.png", () => drawing.png(width, height));
  return preprocessor === AS_IT_IS ? { ...control, image } : { ...control, preprocessor, image };
}

/** Leaves the lines alone, light on black, as ControlNets for scribbles were trained on. */
function lighten(data) {
  for (let i = 0; i < data.length; i += 4) {
    const ink = Math.max(...PAPER.map((value, channel) => Math.abs(data[i + channel] - value)));
    data[i] = data[i + 1] = data[i + 2] = 4 * ink;
  }
}
