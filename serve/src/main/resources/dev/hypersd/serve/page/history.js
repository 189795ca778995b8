// Pictures that somebody stayed with, newest first, kept until the page is left.

const KEPT = 60;

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
    while (this.list.children.length > KEPT) {
      URL.revokeObjectURL(this.list.lastElementChild.firstElementChild.src);
      this.list.lastElementChild.remove();
    }
  }
}
