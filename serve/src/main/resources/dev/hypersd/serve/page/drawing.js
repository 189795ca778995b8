// The drawing: strokes, undo, fill, and images that are opened. Each change sends the event "change".

const MAX_UNDO = 30;
const COLOURS = [
  "#1b1b1f", "#7d7a78", "#fbf8f1", "#d8322f", "#ef7d22", "#f4c430",
  "#3f9d4c", "#2bb3b8", "#2f63c9", "#7a3fb4", "#e77fb0", "#7a4a2b",
];

/** The colour of the empty canvas, which is one of the colours to draw with. */
const PAPER = [0xfb, 0xf8, 0xf1];

export class Drawing extends EventTarget {
  #context;
  #past = [];
  #last = null;
  colour = COLOURS[0];

  constructor(canvas, width, palette) {
    super();
    this.canvas = canvas;
    this.width = width;
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
    this.#blank();
    this.#offer(palette);
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (this.#last = null));
  }

  /** The drawing as a PNG of this size in a data URL. */
  png(side) {
    return this.#small(side).canvas.toDataURL("image/png");
  }

  /** The lines alone, light on black, as ControlNets for scribbles were trained on. */
  scribble(side) {
    const context = this.#small(side);
    const picture = context.getImageData(0, 0, side, side);
    const { data } = picture;
    for (let i = 0; i < data.length; i += 4) {
      const ink = Math.max(...PAPER.map((value, channel) => Math.abs(data[i + channel] - value)));
      data[i] = data[i + 1] = data[i + 2] = 4 * ink;
    }
    context.putImageData(picture, 0, 0);
    return context.canvas.toDataURL("image/png");
  }

  #small(side) {
    const small = document.createElement("canvas");
    small.width = small.height = side;
    const context = small.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.canvas, 0, 0, side, side);
    return context;
  }

  fill() {
    this.#remember();
    this.#context.fillStyle = this.colour;
    this.#context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.#changed();
  }

  clear() {
    this.#remember();
    this.#blank();
    this.canvas.parentElement.classList.remove("used");
    this.dispatchEvent(new Event("cleared"));
  }

  undo() {
    const before = this.#past.pop();
    if (before) {
      this.#context.putImageData(before, 0, 0);
      this.#changed();
    }
  }

  /** Replaces the drawing by an image, scaled to cover the canvas. */
  take(picture) {
    this.#remember();
    const { width, height } = this.canvas;
    const scale = Math.max(width / picture.width, height / picture.height);
    const [w, h] = [picture.width * scale, picture.height * scale];
    this.#context.drawImage(picture, (width - w) / 2, (height - h) / 2, w, h);
    this.#changed();
  }

  #begin(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.#remember();
    this.#last = this.#point(event);
    this.#line(this.#last, this.#last, event.pressure);
    this.#changed(event.timeStamp);
  }

  #move(event) {
    if (!this.#last) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const next = this.#point(each);
      this.#line(this.#last, next, each.pressure);
      this.#last = next;
    }
    this.#changed(event.timeStamp);
  }

  #line(from, to, pressure) {
    const context = this.#context;
    context.strokeStyle = this.colour;
    context.lineWidth = this.width.valueAsNumber * (pressure > 0 ? 0.5 + pressure : 1);
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * this.canvas.width,
      y: ((event.clientY - box.top) / box.height) * this.canvas.height,
    };
  }

  #remember() {
    this.#past.push(this.#context.getImageData(0, 0, this.canvas.width, this.canvas.height));
    if (this.#past.length > MAX_UNDO) this.#past.shift();
  }

  #blank() {
    this.#context.fillStyle = `rgb(${PAPER})`;
    this.#context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  #changed(time = performance.now()) {
    this.canvas.parentElement.classList.add("used");
    this.dispatchEvent(new CustomEvent("change", { detail: { time } }));
  }

  #offer(palette) {
    for (const colour of COLOURS) {
      const button = document.createElement("button");
      button.type = "button";
      button.role = "radio";
      button.ariaLabel = `colour ${colour}`;
      button.style.background = colour;
      button.ariaChecked = String(colour === this.colour);
      button.onclick = () => {
        this.colour = colour;
        for (const each of palette.children) each.ariaChecked = String(each === button);
      };
      palette.append(button);
    }
  }
}
