// A live session: a new request replaces the ones before it. The protocol is described in docs/serve.md.

import { parse } from "./exact.js";

const RETRY_MILLIS = 1000;

export class Connection extends EventTarget {
  #socket = null;
  #id = 0;
  #waiting = null;

  open() {
    const address = new URL("v1/live", document.baseURI);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(address);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => {
      this.#tell("open", {});
      if (this.#waiting) this.#send(this.#waiting);
    };
    this.#socket.onclose = () => {
      this.#tell("closed", {});
      setTimeout(() => this.open(), RETRY_MILLIS);
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
    if (this.#socket?.readyState === WebSocket.OPEN) this.#send(message);
    else this.#waiting = message;
    return this.#id;
  }

  #send(message) {
    this.#waiting = null;
    this.#socket.send(JSON.stringify(message));
  }

  #receive(message) {
    this.#tell(message.type, message);
  }

  #receivePicture(data) {
    const length = new DataView(data).getUint32(0);
    const about = parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
    const blob = new Blob([new Uint8Array(data, 4 + length)], { type: `image/${about.format}` });
    this.#tell(about.type, { ...about, blob });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
