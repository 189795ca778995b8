// Seeds have up to 64 bits, more than the numbers of JavaScript hold, so they are kept as digits.

/** Reads JSON and keeps seeds as the digits that they are written with. */
export function parse(text) {
  return JSON.parse(text, (key, value, context) => (key === "seed" ? (context?.source ?? String(value)) : value));
}
