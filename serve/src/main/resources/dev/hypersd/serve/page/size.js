// The size of the picture: a shape, the width and height in pixels, and by how much a hires pass enlarges it.

import { offered, sideOf, sizeOf } from "./choices.js";
import { know, radios } from "./fields.js";

const UNIT = 8;
const LEAST = 64;
const $ = (id) => document.getElementById(id);

/** Offers the shapes in `#shapes`, whose values are like 3:2, and the fields `#width-pixels` and `#height-pixels`. */
export function offerSize(store, frames) {
  know("size", "hires", "hires_strength");
  radios($("enlarge"), store, () => store.state.hires ?? 1, (factor) => {
    const { hires_strength } = store.state;
    store.set(factor === "1" ? { hires: undefined, hires_strength: undefined } : { hires: Number(factor), hires_strength });
  });
  const set = (width, height, merge = null) => {
    const side = sideOf(store.state);
    store.set({ size: width === side && height === side ? undefined : `${width}x${height}` }, { merge });
  };
  radios($("shapes"), store, () => shapeOf(store.state), (shape) => {
    const [w, h] = shape.split(":").map(Number);
    const [width, height] = sizeOf(store.state);
    const area = width * height;
    set(fitting(Math.sqrt((area * w) / h)), fitting(Math.sqrt((area * h) / w)));
  });
  const fields = [$("width-pixels"), $("height-pixels")];
  for (const field of fields) {
    field.onchange = () => {
      const [width, height] = fields.map(({ valueAsNumber }) => fitting(valueAsNumber || sideOf(store.state)));
      set(width, height);
      show();
    };
  }

  function show() {
    const [width, height] = sizeOf(store.state);
    fields.forEach((field, i) => (field.value = [width, height][i]));
    for (const frame of frames) frame.style.setProperty("--aspect", width / height);
  }

  store.addEventListener("change", ({ detail }) => detail.changed.some((key) => ["size", "model"].includes(key)) && show());
  return show;
}

/** The nearest side that the server draws. */
function fitting(side) {
  return Math.min(offered().most_side, Math.max(LEAST, UNIT * Math.round(side / UNIT)));
}

/** The shape that a size has, among those that are offered. */
function shapeOf(state) {
  const [width, height] = sizeOf(state);
  const shapes = [...$("shapes").querySelectorAll("[role=radio]")].map(({ value }) => value);
  return shapes.find((shape) => {
    const [w, h] = shape.split(":").map(Number);
    return Math.abs(Math.log((width * h) / (height * w))) < 0.04;
  });
}
