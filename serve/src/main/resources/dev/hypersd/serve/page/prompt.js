// The prompt, with the number of its tokens and what of it the text encoder does not read.

import { languages, text } from "./texts.js";

const EXAMPLES = [
  "two blue stars above a red house at night",
  "a yellow fish in the sea, watercolour",
  "a green tree beside a purple mushroom on moss",
  "a red heart on bricks, neon",
];
const LONG = 110;
const $ = (id) => document.getElementById(id);

export const FIRST_PROMPT = EXAMPLES[0];

/** Binds the field to the setting; `others` returns the settings that change with the prompt. */
export function offerPrompt(store, meaning, others) {
  $("prompt").addEventListener("input", ({ timeStamp }) =>
    store.set({ prompt: $("prompt").value, ...others() }, { merge: "prompt", time: timeStamp }));
  for (const example of EXAMPLES) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: example, lang: "en" });
    button.onclick = () => store.set({ prompt: example, ...others() });
    $("examples").append(button);
  }

  function show() {
    $("prompt").classList.toggle("long", store.state.prompt.length > LONG);
    if ($("prompt").value !== store.state.prompt) $("prompt").value = store.state.prompt;
  }

  function count() {
    const [fullest] = [...meaning.tokens].sort((a, b) => b.count - a.count);
    $("tokens").hidden = !fullest;
    if (!fullest) return;
    const { count, most, cut } = fullest;
    $("tokens").classList.toggle("over", cut !== "");
    $("token-count").textContent = text("tokens", count, most);
    $("token-count").title = text("tokens.title", most);
    $("token-cut").title = cut;
    $("token-cut").textContent = cut ? text("tokens.cut", cut) : "";
  }

  store.addEventListener("change", show);
  meaning.addEventListener("change", count);
  languages.addEventListener("change", count);
  show();
}
