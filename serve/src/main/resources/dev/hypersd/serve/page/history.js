// The images that were shown for a while, the newest first. They are kept until the page is left.

const MAX_KEPT = 60;

export class History extends EventTarget {
  constructor(list) {
    super();
    this.list = list;
  }

  add(entry) {
    const address = URL.createObjectURL(entry.blob);
    const button = Object.assign(document.createElement("button"), { type: "button", title: entry.prompt });
    button.append(Object.assign(new Image(), { src: address, alt: entry.prompt }));
    button.onclick = () => this.dispatchEvent(new CustomEvent("recall", { detail: entry }));
    this.list.prepend(button);
    while (this.list.children.length > MAX_KEPT) {
      URL.revokeObjectURL(this.list.lastElementChild.firstElementChild.src);
      this.list.lastElementChild.remove();
    }
  }
}
