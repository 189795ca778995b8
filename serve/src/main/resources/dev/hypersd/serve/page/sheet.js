// A picture among the settings, such as the drawing. While somebody draws it shows the canvas itself; once it is frozen
// it never changes.

/** The colour of the empty canvas, which is one of the colours to draw with. */
export const PAPER = [0xfb, 0xf8, 0xf1];

export class Sheet {
  #canvas;
  #isLive;
  #ground;

  /**
   * A sheet that shows `canvas` until it is frozen.
   *
   * @param ground the colour beside it where it is shown in another shape
   */
  constructor(canvas, ground = `rgb(${PAPER})`) {
    this.#canvas = canvas;
    this.#isLive = true;
    this.#ground = ground;
  }

  /** A sheet with a copy of a picture, scaled to cover `width` x `height`. */
  static of(picture, width, height) {
    const context = blank(width, height);
    cover(context, picture);
    return new Sheet(context.canvas).freeze();
  }

  /** Makes the sheet again that toJSON() wrote. */
  static async read({ sheet, ground }) {
    const picture = Object.assign(new Image(), { src: sheet });
    await picture.decode();
    const context = blank(picture.width, picture.height);
    context.drawImage(picture, 0, 0);
    return new Sheet(context.canvas, ground).freeze();
  }

  /** For files: its picture as a data URL. */
  toJSON() {
    return { sheet: this.#canvas.toDataURL("image/png"), ground: this.#ground };
  }

  get isLive() {
    return this.#isLive;
  }

  /** Keeps what the canvas shows now. */
  freeze() {
    if (this.#isLive) this.#canvas = this.#scaled(this.#canvas.width, this.#canvas.height).canvas;
    this.#isLive = false;
    return this;
  }

  /** Paints this sheet in the middle of a canvas, as large as fits. */
  paint(context) {
    const { width, height } = context.canvas;
    const scale = Math.min(width / this.#canvas.width, height / this.#canvas.height);
    const [w, h] = [this.#canvas.width * scale, this.#canvas.height * scale];
    context.clearRect(0, 0, width, height);
    context.fillStyle = this.#ground;
    context.fillRect(0, 0, width, height);
    context.drawImage(this.#canvas, (width - w) / 2, (height - h) / 2, w, h);
  }

  /** The values of its pixels in this size: red, green, blue and alpha of each. */
  pixels(width, height) {
    return this.#scaled(width, height).getImageData(0, 0, width, height).data;
  }

  /** As a PNG of this size in a data URL; `change` may change its pixels first. */
  png(width, height, change) {
    const context = this.#scaled(width, height);
    if (change) {
      const pixels = context.getImageData(0, 0, width, height);
      change(pixels.data);
      context.putImageData(pixels, 0, 0);
    }
    return context.canvas.toDataURL("image/png");
  }

  #scaled(width, height) {
    const context = blank(width, height);
    this.paint(context);
    return context;
  }
}

/** Paints a picture, or a frame of a video, over a whole canvas, and cuts off what is beyond it. */
export function cover(context, picture) {
  const { width, height } = context.canvas;
  const [w, h] = [picture.videoWidth ?? picture.width, picture.videoHeight ?? picture.height];
  const scale = Math.max(width / w, height / h);
  context.drawImage(picture, (width - w * scale) / 2, (height - h * scale) / 2, w * scale, h * scale);
}

/** The context of a new canvas, which is kept in memory where its pixels can be read. */
function blank(width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  return context;
}
