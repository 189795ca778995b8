// The camera or the screen as input: its pictures become the drawing, and only those that differ are asked for.

import { notice } from "./notices.js";
import { text } from "./texts.js";

/** The side of the small copies of frames that are compared. */
const COMPARED = 24;

/**
 * From this difference on, of 255, a frame is asked for. StreamDiffusion (Kodaira et al., 2023) skips similar frames too,
 * by their cosine and by chance. Here a frame is compared with the last that was asked for, so that slow changes add up,
 * and its brightness counts.
 */
const DIFFERENT = 3;

const KINDS = ["camera", "screen"];
const $ = (id) => document.getElementById(id);

export class Camera {
  #store;
  #drawing;
  #video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
  #filter = new SimilarityFilter();
  #kind = null;
  /** The drawing that the frames change. */
  #sheet = null;

  constructor(store, drawing) {
    this.#store = store;
    this.#drawing = drawing;
    // Whoever draws, undoes or opens something else takes the canvas back.
    store.addEventListener("change", ({ detail }) => {
      const isTaken = this.#sheet && store.state.drawing !== this.#sheet;
      if (!isTaken || !detail.changed.includes("drawing")) return;
      this.#sheet = null;
      this.stop();
    });
  }

  /** Begins with the camera or the screen, or ends if that is on already. */
  async toggle(kind) {
    const isOn = this.#kind === kind;
    this.stop();
    if (isOn) return;
    const { mediaDevices } = navigator; // Missing where the page is neither on this machine nor encrypted.
    if (!mediaDevices) return notice(text("camera.insecure"));
    const wanted = { video: { frameRate: { max: 30 } } };
    try {
      const stream = await (kind === "camera" ? mediaDevices.getUserMedia(wanted) : mediaDevices.getDisplayMedia(wanted));
      await this.#start(kind, stream);
    } catch ({ name, message }) {
      notice(name === "NotAllowedError" ? text("camera.denied") : text("camera.failed", message));
    }
  }

  stop() {
    this.#video.srcObject?.getTracks().forEach((track) => track.stop());
    this.#video.srcObject = null;
    this.#kind = null;
    if (this.#sheet) this.#drawing.end();
    this.#sheet = null;
    this.#show();
  }

  async #start(kind, stream) {
    this.#video.srcObject = stream;
    stream.getVideoTracks()[0].addEventListener("ended", () => this.#video.srcObject === stream && this.stop());
    await this.#video.play();
    this.#kind = kind;
    this.#filter.reset();
    this.#show();
    this.#await(stream);
  }

  #await(stream) {
    this.#video.requestVideoFrameCallback(() => {
      if (this.#video.srcObject !== stream) return;
      if (this.#filter.isNew(this.#video)) this.#takeFrame();
      this.#await(stream);
    });
  }

  #takeFrame() {
    this.#sheet = null; // So that the change is not taken for somebody else's.
    this.#sheet = this.#drawing.frame(this.#video);
  }

  #show() {
    for (const kind of KINDS) $(kind).ariaPressed = String(kind === this.#kind);
  }
}

/** Tells which of many pictures differ enough from the last one that did. */
export class SimilarityFilter {
  #last = null;
  #context = Object.assign(document.createElement("canvas"), { width: COMPARED, height: COMPARED })
    .getContext("2d", { willReadFrequently: true });

  constructor() {
    this.#context.imageSmoothingQuality = "high"; // So that noise is averaged.
  }

  isNew(picture) {
    this.#context.drawImage(picture, 0, 0, COMPARED, COMPARED);
    const { data } = this.#context.getImageData(0, 0, COMPARED, COMPARED);
    if (this.#last && difference(this.#last, data) < DIFFERENT) return false;
    this.#last = data;
    return true;
  }

  reset() {
    this.#last = null;
  }
}

/** The root of the mean square difference of two pictures. */
function difference(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] - other[i]) ** 2;
  return Math.sqrt(sum / one.length);
}
