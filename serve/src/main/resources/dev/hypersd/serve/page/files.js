// Pictures in files: one that says how it was made restores its settings, any other becomes the drawing.

import { parse } from "./exact.js";
import { kept } from "./keeping.js";
import { notice } from "./notices.js";
import { text } from "./texts.js";

const MAX_READ_BYTES = 8e6;
const $ = (id) => document.getElementById(id);

/** Opens pictures that are chosen, dropped or pasted. */
export function offerFiles(store, drawing) {
  async function open(file) {
    if (!file?.type.startsWith("image/")) return notice(text("file.none"));
    let picture;
    try {
      picture = await createImageBitmap(file);
    } catch {
      return notice(text("file.unreadable"));
    }
    const takeOver = () => drawing.take(picture);
    const state = file.size <= MAX_READ_BYTES ? await kept(file) : null;
    if (state) {
      store.replace(state);
      return notice(text("file.restored"), { name: text("file.draw"), run: takeOver });
    }
    const options = file.size <= MAX_READ_BYTES ? await settingsIn(file) : null;
    if (options === null) return takeOver();
    const { count, extend, controls, ...settings } = options;
    const { drawing: present, seed } = store.state;
    store.replace({ seed, ...settings, drawing: present, use: "text" });
    const isWhole = options.strength === undefined && !controls;
    notice(text(isWhole ? "file.restored" : "file.restored.partly"), { name: text("file.draw"), run: takeOver });
  }

  const frame = $("sketch").parentElement;
  $("file").addEventListener("change", ({ target }) => {
    open(target.files[0]);
    target.value = "";
  });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    frame.classList.add("over");
  });
  addEventListener("dragleave", () => frame.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    frame.classList.remove("over");
    if (event.dataTransfer.files.length > 0) open(event.dataTransfer.files[0]);
  });
  addEventListener("paste", ({ clipboardData }) => {
    const file = [...clipboardData.files].find(({ type }) => type.startsWith("image/"));
    if (file) open(file);
  });
}

/** The settings in a picture of any program, as far as the server can read them; null if it says none. */
async function settingsIn(file) {
  const image = await dataUrl(file);
  const response = await fetch("sdapi/v1/png-info", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ image }),
  });
  if (!response.ok) return null;
  const { options } = parse(await response.text());
  return options?.prompt === undefined ? null : options;
}

function dataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
