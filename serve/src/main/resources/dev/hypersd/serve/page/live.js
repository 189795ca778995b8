// Asks for the picture of the settings whenever they change, and says what arrives. Where four pictures are wanted it
// asks for them one after the other, so that each is the same as alone.

import { notice } from "./notices.js";
import { text } from "./texts.js";

const RETRY_MILLIS = 1000;
const KEPT = 100;

/** Sends "picture" with the state that it was asked for in, and which of its pictures it is; "preview", "progress". */
export class Live extends EventTarget {
  #store;
  #requests;
  #connection;
  #speed;
  #frame = 0;
  #asked = new Map();

  constructor(store, requests, connection, speed) {
    super();
    this.#store = store;
    this.#requests = requests;
    this.#connection = connection;
    this.#speed = speed;
    store.addEventListener("change", ({ detail }) => this.ask(detail.time));
    connection.addEventListener("picture", ({ detail }) => this.#receive(detail));
    for (const type of ["preview", "progress"]) {
      connection.addEventListener(type, ({ detail }) => this.#tell(type, { ...this.#asked.get(detail.id), ...detail }));
    }
    connection.addEventListener("error", ({ detail }) => this.#fail(detail));
  }

  /** Sends a request with the next frame of the browser, one for all inputs until then. */
  ask(time = performance.now()) {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#speed.asked(this.#send(this.#store.state, 0), time);
    });
  }

  /** Asks for one of the pictures of a state, and returns the number of the request. */
  #send(state, index) {
    const { count, ...request } = this.#requests.of(state);
    const seed = String(BigInt.asUintN(64, BigInt(state.seed) + BigInt(index)));
    const id = this.#connection.draw({ ...request, seed });
    this.#asked.set(id, { state, index, prompt: state.prompt });
    if (this.#asked.size > KEPT) this.#asked.delete(this.#asked.keys().next().value);
    return id;
  }

  /** Whether this is the number of the latest request, and no other is about to be sent. */
  isLatest(id) {
    return id === this.#connection.latest && this.#frame === 0;
  }

  #receive(picture) {
    const asked = this.#asked.get(picture.id);
    if (!asked) return;
    this.#tell("picture", { ...picture, ...asked });
    const next = asked.index + 1;
    if (next < (asked.state.count ?? 1) && this.isLatest(picture.id)) this.#send(asked.state, next);
  }

  #fail({ id, code, message }) {
    if (id !== this.#connection.latest) return;
    if (code === "queue_full") setTimeout(() => this.isLatest(id) && this.ask(), RETRY_MILLIS);
    notice(code === "queue_full" ? text("busy", message) : message);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
