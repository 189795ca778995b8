// The settings of the picture: one object that never changes, and those before it. Its keys are those of the one
// description of a picture (docs/serve.md lists them); an absent key means what the preset or the model says. Some are
// the page's own: `drawing` and `mask` (a Sheet each), `use` (what the drawing is for: text, sketch or scribble), and
// `paper` (whether what nobody has drawn on is free). `controls` follow the drawing.

const MAX_UNDO = 80;
const MERGED_MILLIS = 1000;

/** Sends "change" with the keys that changed, and "touch", both with the time of the input. */
export class Store extends EventTarget {
  #past = [];
  #future = [];
  #merge = null;
  #at = 0;

  constructor(state) {
    super();
    this.state = Object.freeze(state);
  }

  /**
   * Changes some settings; a value of undefined removes one. Changes with the same `merge` that follow each other
   * closely are undone together.
   */
  set(changes, { merge = null, time = performance.now() } = {}) {
    this.replace({ ...this.state, ...changes }, { merge, time });
  }

  /** Changes all settings. */
  replace(state, { merge = null, time = performance.now() } = {}) {
    const next = Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined));
    if (differences(this.state, next).length === 0) return;
    const now = performance.now();
    const goesOn = merge !== null && merge === this.#merge && now - this.#at < MERGED_MILLIS;
    if (!goesOn) this.#past.push(this.state);
    if (this.#past.length > MAX_UNDO) this.#past.shift();
    this.#future = [];
    this.#merge = merge;
    this.#at = now;
    this.#put(next, time);
  }

  /** Says that what a value stands for is changing, such as a drawing during a stroke, in which nothing else changes. */
  touch(time = performance.now()) {
    this.dispatchEvent(new CustomEvent("touch", { detail: { time } }));
  }

  undo() {
    this.#step(this.#past, this.#future);
  }

  redo() {
    this.#step(this.#future, this.#past);
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  #step(from, to) {
    if (from.length === 0) return;
    to.push(this.state);
    this.#merge = null;
    this.#put(from.pop());
  }

  #put(next, time = performance.now()) {
    const changed = differences(this.state, next);
    this.state = Object.freeze(next);
    this.dispatchEvent(new CustomEvent("change", { detail: { changed, time } }));
  }
}

/** The keys of which two states have different values. */
export function differences(one, other) {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].filter((key) => !isSame(one[key], other[key]));
}

function isSame(one, other) {
  if (one === other) return true;
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  return one.every((item, i) => isSame(item, other[i]));
}
