// A live session: a new request replaces the ones before it. The protocol is described in docs/serve.md.

import { parse } from "./exact.js";

const RETRY_MILLIS = 1000;
const FULL_MILLIS = 4000;
const TRY_AGAIN_LATER = 1013;

/** Sends an event for each message, "open" (with `again` where a request is repeated), and "closed" with the reason. */
export class Connection extends EventTarget {
  #socket = null;
  #id = 0;
  #unanswered = null;
  #wasOpen = false;

  open() {
    const address = new URL("v1/live", document.baseURI);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(address);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => {
      this.#tell("open", { again: this.#wasOpen && this.#unanswered !== null });
      if (this.#unanswered) this.#send(this.#unanswered);
    };
    this.#socket.onclose = ({ code }) => {
      const isFull = code === TRY_AGAIN_LATER;
      this.#tell("closed", { isFull });
      setTimeout(() => this.open(), isFull ? FULL_MILLIS : RETRY_MILLIS);
    };
    this.#socket.onmessage = ({ data }) =>
      typeof data === "string" ? this.#receive(parse(data)) : this.#receivePicture(data);
  }

  /** The number of the latest request. */
  get latest() {
    return this.#id;
  }

  /** Sends a request and returns its number. The server cancels the requests before it. */
  draw(request) {
    const message = { type: "draw", id: ++this.#id, ...request };
    this.#unanswered = message;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#send(message);
    return this.#id;
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  #receive(message) {
    this.#wasOpen = true;
    if (message.type === "error" || message.type === "cancelled") this.#answered(message.id);
    this.#tell(message.type, message);
  }

  #receivePicture(data) {
    this.#wasOpen = true;
    const length = new DataView(data).getUint32(0);
    const about = parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
    const blob = new Blob([new Uint8Array(data, 4 + length)], { type: `image/${about.format}` });
    if (about.type === "picture") this.#answered(about.id);
    this.#tell(about.type, { ...about, blob });
  }

  #answered(id) {
    if (this.#unanswered?.id === id) this.#unanswered = null;
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
