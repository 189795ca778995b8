// Fields that are bound to settings: each shows the value of its setting, or what the preset says where it has none.

import { text } from "./texts.js";

const $ = (id) => document.getElementById(id);
const known = new Set(["prompt", "drawing", "use"]);

/** Says that the page has a control for these settings. */
export function know(...keys) {
  keys.forEach((key) => known.add(key));
}

/** The settings of a state that the page has no control for. */
export function others(state) {
  return Object.entries(state).filter(([key]) => !known.has(key));
}

/**
 * Binds the slider with this id to the setting of the same name. A button takes the value back to the preset's.
 *
 * @param shown makes the text of a value
 * @param none the value where neither the settings nor the preset have one
 * @param isFree whether it can be set although nobody uses a value now
 */
export function slider(store, meaning, key, { shown = String, none, isFree = () => false } = {}) {
  know(key);
  const input = $(key);
  const row = input.closest(".slider");
  const reset = row.querySelector("button");
  input.addEventListener("input", ({ timeStamp }) =>
    store.set({ [key]: input.valueAsNumber }, { merge: key, time: timeStamp }));
  if (reset) reset.onclick = () => store.set({ [key]: undefined });

  function show() {
    const own = store.state[key];
    const value = own ?? meaning.settings[key] ?? none;
    if (reset) reset.hidden = own === undefined;
    input.disabled = value === undefined && !isFree(store.state);
    row.querySelector("output").value = value === undefined ? text("not.used") : shown(value);
    if (value !== undefined && input.valueAsNumber !== value) input.value = value;
  }

  store.addEventListener("change", show);
  meaning.addEventListener("change", show);
  return show;
}

/** Binds a group of radio buttons to what `read` and `write` say. */
export function radios(group, store, read, write) {
  for (const button of group.querySelectorAll("[role=radio]")) button.onclick = () => write(button.value);

  function show() {
    const value = String(read());
    for (const button of group.querySelectorAll("[role=radio]")) {
      button.ariaChecked = String(button.value === value);
    }
  }

  store.addEventListener("change", show);
  show();
  return show;
}
