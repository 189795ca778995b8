// Asks for the picture of the settings whenever they change, and says what arrives.

import { notice } from "./notices.js";
import { text } from "./texts.js";

const RETRY_MILLIS = 1000;
const KEPT = 100;

/** Sends "picture" with the state and the request of each picture, "preview" and "progress". */
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
      connection.addEventListener(type, ({ detail }) => this.#tell(type, detail));
    }
    connection.addEventListener("error", ({ detail }) => this.#fail(detail));
  }

  /** Sends a request with the next frame of the browser, one for all inputs until then. */
  ask(time = performance.now()) {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const { state } = this.#store;
      const request = this.#requests.of(state);
      const id = this.#connection.draw(request);
      this.#asked.set(id, { state, request });
      if (this.#asked.size > KEPT) this.#asked.delete(this.#asked.keys().next().value);
      this.#speed.asked(id, time);
    });
  }

  /** Whether this is the number of the latest request, and no other is about to be sent. */
  isLatest(id) {
    return id === this.#connection.latest && this.#frame === 0;
  }

  #receive(picture) {
    const asked = this.#asked.get(picture.id);
    if (asked) this.#tell("picture", { ...picture, ...asked });
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
