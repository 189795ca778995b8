// The page. All settings of a picture are one object in `store.state`, in the names of the one description of a picture
// (store.js). Whoever wants another picture calls store.set; whoever shows settings listens to its "change". So undo,
// history, comparison and export hold for every setting.
//
//     store      the settings, with undo                   requests   the request that the settings make
//     live       asks whenever they change (connection)    meaning    what they mean, as the server says
//     picture    the pictures that are shown               history    those that were shown for a while
//     drawing    the canvas (pen: by keyboard; sheet: what is on it; mask: what is drawn anew; camera: as its input)
//     fields     binds sliders and radio buttons to settings; settings, size, styles, controlnets and prompt use it
//     files (keeping: settings in files), compare, exporting, commands, warnings, notices, login, theme, speed, texts
//     (words: the texts themselves)
//
// A module plugs in here, and in four places at most: it calls know() of fields.js with the settings that it has
// controls for, so that they are not listed as others; requests.contribute() with a function that adds its pictures to
// a request (a picture among the settings is a Sheet); commands.add() with its buttons and keys; and it names its texts
// in words.js, which elements refer to by data-text, data-title and data-label. Its file is listed in PageRoutes.java.

import { offer, offered } from "./choices.js";
import { Commands } from "./commands.js";
import { Camera } from "./camera.js";
import { Comparison } from "./compare.js";
import { Connection } from "./connection.js";
import { offerControls } from "./controlnets.js";
import { contributeDrawing, Drawing } from "./drawing.js";
import { offerExport, save } from "./exporting.js";
import { offerFiles } from "./files.js";
import { History } from "./history.js";
import { keep } from "./keeping.js";
import { Live } from "./live.js";
import { logIn } from "./login.js";
import { contributeMask, Mask } from "./mask.js";
import { Meaning } from "./meaning.js";
import { announce, notice } from "./notices.js";
import { offerPen } from "./pen.js";
import { one, Picture } from "./picture.js";
import { FIRST_PROMPT, offerPrompt } from "./prompt.js";
import { Requests } from "./request.js";
import { roving } from "./roving.js";
import { randomSeed, Settings } from "./settings.js";
import { offerSize } from "./size.js";
import { Speed } from "./speed.js";
import { Store } from "./store.js";
import { Styles } from "./styles.js";
import { languages, nextLanguage, text, translate } from "./texts.js";
import { theme } from "./theme.js";
import { Warnings } from "./warnings.js";

const $ = (id) => document.getElementById(id);

const store = new Store({ prompt: FIRST_PROMPT, seed: "7", strength: 0.7, use: "text" });
const requests = new Requests();
const meaning = new Meaning(store, requests);
const connection = new Connection();
const speed = new Speed($("speed-text"));
const live = new Live(store, requests, connection, speed);
const picture = new Picture($("pictures"), live, speed);
const history = new History($("history"), live, picture);
const drawing = new Drawing($("sketch"), store, { width: $("width"), palette: $("palette") });
const settings = new Settings(store, meaning);
const styles = new Styles(store, meaning);
const showSize = offerSize(store, document.querySelectorAll(".frame"));
const fillControls = offerControls(store, live);
const mask = new Mask($("mask"), store, drawing);
const camera = new Camera(store, drawing);
const comparison = new Comparison($("comparison"), history, requests);
const warnings = new Warnings($("warnings"));
const commands = new Commands();

requests.contribute(contributeDrawing);
requests.contribute(contributeMask);
offerPrompt(store, meaning, () => (settings.isLocked ? {} : { seed: randomSeed() }));
offerPen(drawing, $("pen"));
offerFiles(store, drawing);

// ---- pictures ----

picture.addEventListener("shown", ({ detail }) => warnings.show(detail.warnings));
picture.addEventListener("choose", ({ detail }) => restore(detail));
history.addEventListener("added", ({ detail }) => announce(text("picture.new", detail.prompt, detail.seed)));
history.addEventListener("recall", ({ detail }) => restore(detail));
comparison.addEventListener("choose", ({ detail }) => restore(detail));

/** Shows a picture again, and takes over everything that it was made with. */
function restore(entry) {
  picture.recall(entry);
  settings.lock(true);
  store.replace(entry.state);
}

// ---- connection ----

function showConnection(isOpen, sentence) {
  $("light").classList.toggle("on", isOpen);
  if (sentence) $("speed-text").textContent = sentence;
}

connection.addEventListener("open", ({ detail }) => {
  showConnection(true, detail.again ? text("connection.again") : "");
  if (detail.again) notice(text("connection.again"));
});
connection.addEventListener("closed", ({ detail }) => {
  const sentence = text(detail.isFull ? "connection.full" : "connection.lost");
  speed.pause();
  showConnection(false, sentence);
  notice(sentence);
});

// ---- commands ----

const width = (change) => {
  $("width").valueAsNumber += change;
};

commands.add("again", () => store.set({ seed: randomSeed() }), { keys: ["Ctrl+enter"], shown: "Ctrl + Enter" });
commands.add("undo", () => store.undo(), { keys: ["Ctrl+z"], shown: "Ctrl + Z" });
commands.add("redo", () => store.redo(), { keys: ["Ctrl+Shift+z", "Ctrl+y"], shown: "Ctrl + Y" });
commands.add("steps", (key) => settings.steps(Number(key)), { keys: [..."12345678"], shown: "1 – 8" });
commands.add("words", () => $("prompt").focus(), { keys: ["/"], shown: "/" });
commands.add("pen", () => $("sketch").focus(), { keys: ["d"], shown: "D" });
commands.add("lock", () => settings.lock(!settings.isLocked), { keys: ["l"], shown: "L" });
commands.add("grid", () => settings.toggleGrid(), { keys: ["q"], shown: "Q" });
commands.add("brush", (key) => width(key === "]" ? 6 : -6), { keys: ["[", "]"], shown: "[  ]" });
commands.add("fill", () => drawing.fill(), { keys: ["f"], shown: "F" });
commands.add("clear", () => drawing.clear(), { keys: ["x"], shown: "X" });
commands.add("open", () => $("file").click(), { keys: ["o"], shown: "O" });
commands.add("onto", () => drawing.take($("picture")), { keys: ["g"], shown: "G" });
commands.add("invert", () => mask.invert());
commands.add("unmask", () => mask.clear());
commands.add("paper", () => store.set({ paper: store.state.paper ? undefined : true }));
commands.add("camera", () => camera.toggle("camera"));
commands.add("screen", () => camera.toggle("screen"));
commands.add("save", () => savePicture(), { keys: ["s"], shown: "S" });
commands.add("compare", () => comparison.open(picture.first), { keys: ["c"], shown: "C" });
commands.add("export", offerExport(store, requests, meaning), { keys: ["e"], shown: "E" });
commands.add("theme", theme, { keys: ["t"], shown: "T" });
commands.add("adjust", adjust);
commands.add("language", nextLanguage);
commands.add("help", () => $("keys").showModal(), { keys: ["?"], shown: "?" });

/** Opens or closes the settings on a telephone, where they cover the canvas and leave the picture in view. */
function adjust() {
  $("adjust").ariaExpanded = String(document.body.classList.toggle("adjusting"));
}

/** Saves the picture as it stays, with all its settings. */
async function savePicture() {
  if (!picture.first) return;
  const { stays, whole } = picture.first;
  const first = stays && whole === store.state ? picture.first : await live.finish();
  if (!first) return;
  const words = first.prompt.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 60) || "picture";
  save(await keep(first.blob, one(first.state, first.seed)), `${words}-${first.seed}.png`);
}

function showUndo() {
  $("undo").disabled = !store.canUndo;
  $("redo").disabled = !store.canRedo;
}

store.addEventListener("change", showUndo);
languages.addEventListener("change", () => commands.explain($("key-list")));

// ---- start ----

async function start() {
  const response = await fetch("v1/choices");
  if (response.status === 401) return logIn(start, text("login.wrong"));
  offer(await response.json());
  settings.offer();
  styles.offer();
  fillControls();
  showSize();
  connection.open();
  live.ask();
  meaning.ask();
}

translate();
commands.explain($("key-list"));
showUndo();
roving();
start();
