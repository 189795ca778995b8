// Asks for the picture of the settings whenever they change, and says what arrives. Where four pictures are wanted it
// asks for them one after the other, so that each is the same as alone.
//
// While somebody draws or types, the server draws fast, and without a hires pass. When the hand rests, the pictures are
// asked for again as they stay: those of the command line.

import { notice } from "./notices.js";
import { text } from "./texts.js";

const RETRY_MILLIS = 1000;
const REST_MILLIS = 350;
const KEPT = 100;

/**
 * Sends "picture" with the state that it was asked for in, which of its pictures it is, and whether it stays; "preview",
 * "progress", and "control" with what a ControlNet sees.
 */
export class Live extends EventTarget {
  #store;
  #requests;
  #connection;
  #speed;
  #frame = 0;
  #rest = 0;
  #asked = new Map();
  /** Returns what else is asked for with a request, which is of live sessions alone. */
  more = () => ({});

  constructor(store, requests, connection, speed) {
    super();
    this.#store = store;
    this.#requests = requests;
    this.#connection = connection;
    this.#speed = speed;
    for (const type of ["change", "touch"]) store.addEventListener(type, ({ detail }) => this.ask(detail.time));
    connection.addEventListener("picture", ({ detail }) => this.#receive(detail));
    for (const type of ["preview", "progress", "control"]) {
      connection.addEventListener(type, ({ detail }) => this.#tell(type, { ...this.#asked.get(detail.id), ...detail }));
    }
    connection.addEventListener("error", ({ detail }) => this.#fail(detail));
    connection.addEventListener("cancelled", ({ detail }) => this.#asked.get(detail.id)?.done(null));
  }

  /** Sends a request with the next frame of the browser, one for all inputs until then. */
  ask(time = performance.now()) {
    clearTimeout(this.#rest);
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#speed.asked(this.#send(this.#store.state, 0), time);
    });
  }

  /** Asks for the present pictures as they stay; returns the first once it is there, or null if it is unwanted. */
  finish() {
    clearTimeout(this.#rest);
    return new Promise((done) => this.#send(this.#store.state, 0, { stays: true, done }));
  }

  /** Whether this is the number of the latest request, and no other is about to be sent. */
  isLatest(id) {
    return id === this.#connection.latest && this.#frame === 0;
  }

  /** Asks for one of the pictures of a state, and returns the number of the request. */
  #send(state, index, { stays = false, done = () => {} } = {}) {
    const { count, hires, hires_strength, ...request } = this.#requests.of(state);
    const seed = String(BigInt.asUintN(64, BigInt(state.seed) + BigInt(index)));
    const care = stays && { hires, hires_strength, final: true, previews: false };
    const id = this.#connection.draw({ ...request, ...care, ...this.more(request), seed });
    const isWhole = stays || hires === undefined;
    this.#asked.set(id, { state, index, prompt: state.prompt, stays, isWhole, done });
    if (this.#asked.size > KEPT) this.#asked.delete(this.#asked.keys().next().value);
    return id;
  }

  #receive(picture) {
    const asked = this.#asked.get(picture.id);
    if (!asked) return;
    const shown = { ...picture, ...asked, stays: asked.stays || (picture.final && asked.isWhole) };
    this.#tell("picture", shown);
    asked.done(shown);
    if (!this.isLatest(picture.id)) return;
    const next = asked.index + 1;
    if (next < (asked.state.count ?? 1)) this.#send(asked.state, next, { stays: asked.stays });
    else if (!shown.stays) this.#rest = setTimeout(() => this.isLatest(picture.id) && this.finish(), REST_MILLIS);
  }

  #fail({ id, code, message }) {
    this.#asked.get(id)?.done(null);
    if (id !== this.#connection.latest) return;
    if (code === "queue_full") setTimeout(() => this.isLatest(id) && this.ask(), RETRY_MILLIS);
    notice(code === "queue_full" ? text("busy", message) : message);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
