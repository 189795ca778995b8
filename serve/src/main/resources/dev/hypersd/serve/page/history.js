// The pictures that were shown for a while, the newest first, each with all its settings. They are kept until the page
// is left.

const SETTLED_MILLIS = 900;
const MAX_KEPT = 60;

/** Sends "added" and "recall" with an entry. */
export class History extends EventTarget {
  #list;
  #live;
  #timer = 0;
  #entries = new Map();

  constructor(list, live, picture) {
    super();
    this.#list = list;
    this.#live = live;
    picture.addEventListener("shown", ({ detail }) => this.#settle(detail, () => picture.present));
  }

  /** All entries, the newest first. */
  get entries() {
    return [...this.#list.children].map((item) => this.#entries.get(item));
  }

  /** Adds the pictures of a request when nothing else was asked for in a while. */
  #settle(last, present) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#live.isLatest(last.id)) return;
      if (last.state.drawing?.isLive) return this.#settle(last, present);
      const entries = present().filter(({ whole }) => whole === last.state);
      entries.reverse().forEach((entry) => this.#add(entry));
    }, SETTLED_MILLIS);
  }

  #add(entry) {
    const address = URL.createObjectURL(entry.blob);
    const item = document.createElement("div");
    item.role = "listitem";
    const button = Object.assign(document.createElement("button"), { type: "button", title: entry.prompt });
    button.append(Object.assign(new Image(), { src: address, alt: entry.prompt }));
    button.onclick = () => this.dispatchEvent(new CustomEvent("recall", { detail: entry }));
    item.append(button);
    this.#entries.set(item, entry);
    this.#list.prepend(item);
    while (this.#list.children.length > MAX_KEPT) this.#remove(this.#list.lastElementChild);
    this.dispatchEvent(new CustomEvent("added", { detail: entry }));
  }

  #remove(item) {
    URL.revokeObjectURL(item.querySelector("img").src);
    this.#entries.delete(item);
    item.remove();
  }
}
