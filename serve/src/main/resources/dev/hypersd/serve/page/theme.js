// The dark and the light theme: the one that was chosen here before, else the system's.

import { remember, remembered } from "./memory.js";

const THEMES = ["light", "dark"];
const preferred = THEMES[Number(matchMedia("(prefers-color-scheme: dark)").matches)];
const before = remembered("theme");

/** Changes to the other theme and remembers it. */
export function theme() {
  const dark = document.documentElement.dataset.theme !== "dark";
  document.documentElement.dataset.theme = THEMES[Number(dark)];
  remember("theme", document.documentElement.dataset.theme);
}

document.documentElement.dataset.theme = THEMES.includes(before) ? before : preferred;
