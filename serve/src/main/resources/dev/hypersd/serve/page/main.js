// The page: each input becomes a request, and the image of the latest request is shown.

import { compare } from "./compare.js";
import { Connection } from "./connection.js";
import { Controls } from "./controls.js";
import { Drawing } from "./drawing.js";
import { parse } from "./exact.js";
import { History } from "./history.js";
import { logIn } from "./login.js";
import { Speed } from "./speed.js";
import { theme } from "./theme.js";
import { Warnings } from "./warnings.js";

const SETTLED_MILLIS = 900;
const RETRY_MILLIS = 1000;
const MAX_READ_BYTES = 8e6;
const EXAMPLES = [
  "two blue stars above a red house at night",
  "a yellow fish in the sea, watercolour",
  "a green tree beside a purple mushroom on moss",
  "a red heart on bricks, neon",
];
const $ = (id) => document.getElementById(id);

const connection = new Connection();
const controls = new Controls();
const drawing = new Drawing($("sketch"), $("width"), $("palette"));
const history = new History($("history"));
const speed = new Speed($("speed-text"));
const warnings = new Warnings($("warnings"));
const canvas = $("picture").getContext("2d");

let frame = 0;
let asked = new Map();
let shownId = 0;
let present = null;
let settling = 0;

// ---- requests ----

/** Sends a request with the next frame of the browser, one for all inputs until then. */
function ask(time = performance.now()) {
  if (frame) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    const request = presentRequest();
    const id = connection.draw(request);
    asked.set(id, request);
    if (asked.size > 100) asked.delete(asked.keys().next().value);
    speed.asked(id, time);
  });
}

function presentRequest() {
  const request = { prompt: $("prompt").value, ...controls.request() };
  const side = controls.side;
  const size = `${side}x${side}`;
  if (controls.mode === "sketch") {
    return { ...request, size, image: drawing.png(side), strength: $("strength").valueAsNumber };
  }
  if (controls.mode === "scribble") {
    const control = { name: $("control").value, image: drawing.scribble(side), scale: $("scale").valueAsNumber };
    return { ...request, size, controls: [control] };
  }
  return request;
}

// ---- responses ----

async function show({ id, blob }, isPicture) {
  if (id < shownId) return;
  const bitmap = await createImageBitmap(blob);
  if (id < shownId) return;
  shownId = id;
  if ($("picture").width !== bitmap.width || $("picture").height !== bitmap.height) {
    Object.assign($("picture"), { width: bitmap.width, height: bitmap.height });
  }
  canvas.drawImage(bitmap, 0, 0);
  bitmap.close();
  if (isPicture) speed.shown(id);
}

connection.addEventListener("picture", ({ detail }) => {
  show(detail, true);
  $("progress").classList.remove("on");
  const request = asked.get(detail.id);
  if (!request) return;
  present = { ...detail, prompt: request.prompt, request };
  $("about").textContent = `seed ${detail.seed}`;
  warnings.show(detail.warnings);
  clearTimeout(settling);
  settling = setTimeout(() => history.add(present), SETTLED_MILLIS);
});
connection.addEventListener("preview", ({ detail }) => show(detail, false));
connection.addEventListener("progress", ({ detail: { step, steps } }) => {
  $("progress").classList.toggle("on", steps > 1);
  $("progress").firstElementChild.style.width = `${(100 * step) / steps}%`;
});
connection.addEventListener("error", ({ detail }) => {
  const isLatest = detail.id === connection.latest;
  if (detail.code === "queue_full" && isLatest) {
    setTimeout(() => detail.id === connection.latest && ask(), RETRY_MILLIS);
  }
  if (isLatest) toast(detail.message);
});
connection.addEventListener("open", () => $("light").classList.add("on"));
connection.addEventListener("closed", () => {
  $("light").classList.remove("on");
  $("speed-text").textContent = "connecting";
});

function toast(text, action) {
  $("toast").replaceChildren(text);
  if (action) {
    const button = Object.assign(document.createElement("button"), { textContent: action.name });
    button.onclick = () => {
      action.run();
      $("toast").hidden = true;
    };
    $("toast").append(button);
  }
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => ($("toast").hidden = true), 5000);
}

// ---- inputs ----

$("prompt").addEventListener("input", ({ timeStamp }) => {
  if (!controls.isLocked) controls.anotherSeed();
  ask(timeStamp);
});
controls.addEventListener("change", ({ detail }) => ask(detail.time));
drawing.addEventListener("change", ({ detail }) => {
  if (controls.mode === "text") controls.set({ mode: "sketch" });
  ask(detail.time);
});
drawing.addEventListener("cleared", () => controls.set({ mode: "text" }));

for (const text of EXAMPLES) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  button.onclick = () => {
    $("prompt").value = text;
    ask();
  };
  $("examples").append(button);
}

history.addEventListener("recall", ({ detail }) => {
  $("prompt").value = detail.prompt;
  present = detail;
  show({ ...detail, id: shownId }, false);
  const { prompt, image, strength, controls: followed, ...settings } = detail.request;
  controls.recall({ ...settings, seed: detail.seed });
});

function dataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

async function open(file) {
  if (!file?.type.startsWith("image/")) return toast("That is not a picture.");
  try {
    drawing.take(await createImageBitmap(file));
  } catch {
    return toast("That picture cannot be read.");
  }
  if (file.size > MAX_READ_BYTES) return;
  const image = await dataUrl(file);
  const response = await fetch("sdapi/v1/png-info", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ image }),
  });
  const { options } = parse(await response.text());
  if (!options?.prompt) return;
  const run = () => {
    const { prompt, strength, exact_steps, count, extend, controls: followed, ...settings } = options;
    $("prompt").value = prompt;
    controls.recall({ ...settings, mode: "text" });
  };
  toast("This picture says how it was made.", { name: "Use that", run });
}

$("file").addEventListener("change", ({ target }) => open(target.files[0]));
addEventListener("dragover", (event) => {
  event.preventDefault();
  $("sketch").parentElement.classList.add("over");
});
addEventListener("dragleave", () => $("sketch").parentElement.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  $("sketch").parentElement.classList.remove("over");
  open(event.dataTransfer.files[0]);
});

// ---- commands and keys ----

function save() {
  if (!present) return;
  const words = present.prompt.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 60) || "picture";
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(present.blob),
    download: `${words}-${present.seed}.png`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const width = (change) => ($("width").valueAsNumber += change);
const commands = {
  again: () => controls.anotherSeed(),
  onto: () => drawing.take($("picture")),
  save,
  theme,
  help: () => $("keys").showModal(),
  compare: () => compare($("comparison"), presentRequest()),
  fill: () => drawing.fill(),
  undo: () => drawing.undo(),
  clear: () => drawing.clear(),
};
for (const [id, run] of Object.entries(commands)) $(id).onclick = run;

const keys = {
  g: commands.onto, s: save, t: theme, "?": commands.help, c: commands.compare, f: commands.fill, x: commands.clear,
  o: () => $("file").click(), l: () => controls.lock(!controls.isLocked), "/": () => $("prompt").focus(),
  "[": () => width(-6), "]": () => width(6),
};
const arrows = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Chooses the next or the previous button of a radio group. */
function neighbour(choice, step) {
  const all = [...choice.closest("[role=radiogroup]").querySelectorAll("[role=radio]:not(:disabled)")];
  const next = all[(all.indexOf(choice) + step + all.length) % all.length];
  next.focus();
  next.click();
}

addEventListener("keydown", (event) => {
  const typing = event.target.matches("textarea, input:not([type=range]):not([type=checkbox]), select");
  const command = event.ctrlKey || event.metaKey;
  if (arrows[event.key] && event.target.role === "radio") neighbour(event.target, arrows[event.key]);
  else if (command && event.key === "Enter") commands.again();
  else if (command && event.key === "z" && !typing) commands.undo();
  else if (event.key === "Escape" && typing) event.target.blur();
  else if (command || event.altKey || typing) return;
  else if (/^[1-8]$/.test(event.key)) controls.set({ steps: Number(event.key) });
  else if (keys[event.key]) keys[event.key]();
  else return;
  event.preventDefault();
});

// ---- start ----

async function start() {
  const response = await fetch("v1/choices");
  if (response.status === 401) return logIn(start);
  controls.offer(await response.json());
  connection.open();
  ask();
}

$("prompt").value = EXAMPLES[0];
start();
