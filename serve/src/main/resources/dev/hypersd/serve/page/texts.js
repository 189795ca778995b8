// The texts of a page in the language that was chosen here before, else the browser's. What the server says is
// English.

import { remember, remembered } from "./memory.js";
import { LANGUAGES, WORDS } from "./words.js";

const preferred = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => LANGUAGES.includes(tag));
let language = remembered("language") ?? preferred ?? LANGUAGES[0];
if (!LANGUAGES.includes(language)) language = LANGUAGES[0];

/** Sends "change" when another language is chosen. */
export const languages = new EventTarget();

/** The text of this name, with values in the places {0}, {1} and so on. */
export function text(name, ...values) {
  const words = WORDS[name];
  if (!words) throw new Error(`there is no text ${name}`);
  return words[LANGUAGES.indexOf(language)].replace(/\{(\d)\}/g, (_, i) => values[i]);
}

/** Fills in the texts of all elements below `root` that name one. */
export function translate(root = document) {
  document.documentElement.lang = language;
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const element of root.querySelectorAll("[data-title]")) element.title = text(element.dataset.title);
  for (const element of root.querySelectorAll("[data-label]")) element.ariaLabel = text(element.dataset.label);
  for (const element of root.querySelectorAll("[data-hint]")) element.placeholder = text(element.dataset.hint);
}

/** Changes to the next language and remembers it. */
export function nextLanguage() {
  language = LANGUAGES[(LANGUAGES.indexOf(language) + 1) % LANGUAGES.length];
  remember("language", language);
  translate();
  languages.dispatchEvent(new Event("change"));
}
