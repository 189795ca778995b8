// The settings in the forms that others read: the command line and JSON. The server writes both.

import { text } from "./texts.js";

const $ = (id) => document.getElementById(id);
const element = (name, properties) => Object.assign(document.createElement(name), properties);

/** Returns what opens the dialog with both forms. */
export function offerExport(store, requests, meaning) {
  for (const [button, place] of [["copy-command", "as-command"], ["copy-json", "as-json"]]) {
    $(button).onclick = async () => {
      await navigator.clipboard.writeText($(place).textContent);
      $(button).textContent = text("copied");
      setTimeout(() => ($(button).textContent = text("copy")), 1500);
    };
  }
  $("save-json").onclick = () => save(new Blob([`${$("as-json").textContent}\n`]), "picture.json");
  return async () => {
    await meaning.ask();
    $("as-command").textContent = meaning.command;
    $("as-json").textContent = meaning.json;
    const pictures = [...requests.pictures(store.state)];
    $("export-files").hidden = pictures.length === 0;
    $("export-files").replaceChildren(text("export.files"), ...pictures.map(([name, address]) => {
      const button = element("button", { type: "button", textContent: name });
      button.onclick = () => save(new Blob([bytes(address)], { type: "image/png" }), name);
      return button;
    }));
    $("export-dialog").showModal();
  };
}

/** Saves a file. */
export function save(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const bytes = (address) => Uint8Array.from(atob(address.split(",")[1]), (character) => character.charCodeAt(0));
