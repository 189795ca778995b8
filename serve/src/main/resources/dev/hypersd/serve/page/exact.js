// Values that must not be rounded: seeds beyond 2^53, and settings between two marks of a slider.

/** Reads JSON and keeps seeds as the digits that they are written with. */
export function parse(text) {
  return JSON.parse(text, (key, value, context) => (key === "seed" ? (context?.source ?? String(value)) : value));
}

/** Sets a slider to any value, which holds until somebody moves the slider. */
export function setExact(slider, value) {
  slider.value = value;
  slider.dataset.exact = value;
  slider.addEventListener("input", () => delete slider.dataset.exact, { once: true, capture: true });
}

/** The value of a slider. */
export function exact(slider) {
  return Number(slider.dataset.exact ?? slider.value);
}
