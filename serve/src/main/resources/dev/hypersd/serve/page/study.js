// The page of a preference study: one pair after the other, answered by keys or by buttons.

import { Ballot, readStudy } from "./ballot.js";
import { logIn } from "./login.js";
import { remember, remembered } from "./memory.js";
import { languages, nextLanguage, text, translate } from "./texts.js";
import { theme } from "./theme.js";

const $ = (id) => document.getElementById(id);
const ANSWERS = { left: ["study.left", "←"], tie: ["study.tie", "↓"], right: ["study.right", "→"] };

let study = null;
let rater = null;
let ballot = null;
let total = 0;
let next = 0;
let shown = null;
let answers = {};
/** The questions that were answered since the pair is shown, by their places. */
let said = [];
let busy = false;

// ---- the rater ----

/** The name under which this browser remembers who rates this study. */
const memory = () => `study-${study.study}`;

function anybody(name) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return { id: Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""), name };
}

// ---- what is shown ----

function show(section) {
  for (const id of ["welcome", "ballot", "done"]) $(id).hidden = id !== section;
  $("course").hidden = section === "welcome";
}

function offerAnswers() {
  const words = Object.entries(ANSWERS).filter(([answer]) => study.ties || answer !== "tie");
  $("questions").replaceChildren(...study.questions.map(({ text: asked }, question) => {
    const fieldset = document.createElement("fieldset");
    fieldset.append(Object.assign(document.createElement("legend"), { textContent: asked }));
    for (const [answer, [word, key]] of words) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: `${text(word)} ` });
      button.append(Object.assign(document.createElement("kbd"), { textContent: key }));
      button.dataset.answer = answer;
      button.onclick = () => decide(question, answer);
      fieldset.append(button);
    }
    return fieldset;
  }));
  $("asked").replaceChildren(...study.questions.map(({ text: asked }) =>
    Object.assign(document.createElement("li"), { textContent: asked })));
  document.documentElement.style.setProperty("--rows", study.questions.length);
  for (const id of ["tie-key", "tie-meaning"]) $(id).hidden = !study.ties;
  for (const side of ["left", "right"]) $(side).alt = text("study.picture", text(`study.${side}`));
}

/** The place of the question that keys answer. */
const asking = () => study.questions.findIndex((_, question) => !said.includes(question));

function showAnswers() {
  [...$("questions").children].forEach((fieldset, question) => {
    fieldset.classList.toggle("now", question === asking());
    for (const button of fieldset.querySelectorAll("button")) {
      button.ariaPressed = String(answers[study.questions[question].name] === button.dataset.answer);
    }
  });
  $("undo").disabled = said.length === 0 && shown.number === 0;
}

function showProgress() {
  Object.assign($("share"), { max: total, value: next });
  $("count").textContent = text("study.count", next, total);
}

/** Shows pair `number`, and loads the one behind it. */
async function showPair(number) {
  if (number >= total) {
    show("done");
    $("done-title").focus();
    return;
  }
  $("pictures").ariaBusy = "true";
  const pair = await ballot.pair(number);
  for (const side of ["left", "right"]) $(side).src = pair[side];
  await Promise.all([$("left").decode(), $("right").decode()]);
  shown = pair;
  answers = { ...pair.answers };
  said = [];
  $("caption").textContent = pair.prompt;
  show("ballot");
  showAnswers();
  $("pictures").ariaBusy = "false";
  $("status").textContent = text("study.pair", number + 1, total, pair.prompt);
  ballot.keep(number - 1, number + 1);
  if (number + 1 < total) ballot.pair(number + 1).catch(() => {});
}

function toast(sentence, action) {
  const button = Object.assign(document.createElement("button"), { textContent: text("study.again") });
  button.onclick = () => {
    $("toast").hidden = true;
    once(action);
  };
  $("toast").replaceChildren(sentence, button);
  $("toast").hidden = false;
}

/** Runs `action` unless another one is running; where it fails, says so and offers to try again. */
async function once(action) {
  if (busy) return;
  busy = true;
  $("toast").hidden = true;
  try {
    await action();
  } catch (failure) {
    toast(failure.message, action);
  } finally {
    busy = false;
  }
}

// ---- answers ----

function decide(question, answer) {
  if (busy || !shown) return;
  answers[study.questions[question].name] = answer;
  said = [...said.filter((other) => other !== question), question];
  showAnswers();
  if (asking() >= 0) {
    $("status").textContent = study.questions[asking()].text;
    return;
  }
  once(async () => {
    ({ total, next } = await ballot.vote(shown.number, answers, rater.name));
    showProgress();
    await showPair(next);
  });
}

function undo() {
  if (busy || !shown) return;
  if (said.length > 0) {
    delete answers[study.questions[said.pop()].name];
    showAnswers();
  } else if (shown.number > 0) {
    once(() => showPair(shown.number - 1));
  }
}

const keys = {
  ArrowLeft: () => decide(asking(), "left"),
  ArrowRight: () => decide(asking(), "right"),
  ArrowDown: () => study.ties && decide(asking(), "tie"),
  ArrowUp: undo,
  Backspace: undo,
  u: undo,
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input") || document.querySelector("dialog[open]")) return;
  if (event.key === "t") theme();
  else if (event.key === "?") $("keys").showModal();
  else if ($("ballot").hidden || !keys[event.key]) return;
  else if (!event.repeat) keys[event.key]();
  event.preventDefault();
});
$("theme").onclick = theme;
$("help").onclick = () => $("keys").showModal();
$("undo").onclick = undo;
$("language").onclick = nextLanguage;
languages.addEventListener("change", () => {
  if (study) offerAnswers();
  if (shown) showAnswers();
  if (total > 0) showProgress();
});
$("reconsider").onclick = () => once(() => showPair(total - 1));

// ---- start ----

async function enter() {
  ballot = new Ballot(rater.id);
  ({ total, next } = await ballot.progress());
  showProgress();
  await showPair(next);
}

$("begin").onsubmit = (event) => {
  event.preventDefault();
  rater = anybody($("name").value.trim());
  remember(memory(), rater);
  once(enter);
};

async function start() {
  try {
    study = await readStudy();
    offerAnswers();
    rater = remembered(memory());
    if (rater) await enter();
    else show("welcome");
  } catch (failure) {
    if (failure.status === 401) logIn(start, text("login.wrong"));
    else toast(failure.message, start);
  }
}

translate();
start();
