// The page of training runs: which runs there are, which of them are shown, and what is new in them.

import { place as placeText, number } from "./chart.js";
import { followOptions, showCurves } from "./curves.js";
import { logIn } from "./login.js";
import { remember, remembered } from "./memory.js";
import { showRecipes } from "./recipes.js";
import { showSheets } from "./sheets.js";
import { theme } from "./theme.js";

const $ = (id) => document.getElementById(id);
const EVERY = 3000;
const COLOURS = 8;

/** The runs of the folder as the server lists them. */
let listed = [];
/** What is loaded of the chosen runs, by their names. */
const chosen = new Map();
/** The elements of the list, by the names of the runs. */
const items = new Map();

/** The choices that were made here before. */
const choices = { ...remembered("runs") };

function keep(changes) {
  Object.assign(choices, changes);
  remember("runs", choices);
}

// ---- the server ----

async function ask(path, parameters) {
  const response = await fetch(parameters ? `${path}?${new URLSearchParams(parameters)}` : path);
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  throw Object.assign(new Error(body.error?.message ?? `The server answers ${response.status}.`), { status: response.status });
}

/** Loads what is new in a chosen run. */
async function load(run) {
  const state = listed.find(({ name }) => name === run.name);
  const version = state && `${state.moved} ${state.step}`;
  if (!state || run.version === version) return;
  const of = { run: run.name };
  const [curves, samples, recipe] = await Promise.all([
    ask("runs/curves", of), ask("runs/samples", of), ask("runs/recipe", of),
  ]);
  Object.assign(run, { version, curves: curves.curves, changes: curves.changes, faults: curves.faults, samples: samples.samples, recipe: recipe.keys });
}

// ---- the list ----

function ago(moment) {
  const seconds = Math.max(0, (Date.now() - Date.parse(moment)) / 1000);
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86400)} d ago`;
}

function itemOf(name) {
  if (items.has(name)) return items.get(name);
  const make = (tag, className) => Object.assign(document.createElement(tag), { className });
  const parts = {
    item: make("li", ""), label: make("label", ""), box: Object.assign(make("input", ""), { type: "checkbox" }),
    name: make("span", "name"), steps: make("span", "line"), progress: make("progress", ""), losses: make("span", "line"),
  };
  parts.name.textContent = name;
  parts.progress.ariaLabel = `Progress of ${name}`;
  parts.box.onchange = () => choose(name, parts.box.checked);
  parts.label.append(parts.box, parts.name, parts.steps, parts.progress, parts.losses);
  parts.item.append(parts.label);
  items.set(name, parts);
  return parts;
}

function showItem(state) {
  const parts = itemOf(state.name);
  const run = chosen.get(state.name);
  const going = state.running ? "running" : state.steps === undefined ? "not running"
    : state.step >= state.steps ? "ended" : "stopped";
  const reached = state.steps === undefined ? placeText(state.step, "steps")
    : `${state.step.toLocaleString("en")} of ${state.steps.toLocaleString("en")} steps`;
  parts.label.className = run ? `shown ${run.colour}` : "";
  parts.box.checked = Boolean(run);
  parts.box.disabled = !run && chosen.size === COLOURS;
  parts.label.title = parts.box.disabled ? `At most ${COLOURS} runs are shown at once` : "";
  parts.steps.textContent = [going, state.objective, reached, ago(state.moved)].filter(Boolean).join(" · ");
  parts.steps.classList.toggle("alive", state.running);
  parts.progress.hidden = state.steps === undefined;
  Object.assign(parts.progress, { max: state.steps ?? 1, value: Math.min(state.step, state.steps ?? 0) });
  parts.losses.textContent = Object.entries(state.losses).map(([name, value]) => `${name} ${number(value)}`).join(" · ");
}

function showList() {
  for (const [name, { item }] of items) {
    if (listed.some((state) => state.name === name)) continue;
    item.remove();
    items.delete(name);
  }
  listed.forEach((state, i) => {
    showItem(state);
    const { item } = items.get(state.name);
    // The order is that of the first look, so that nothing moves under the hand: new runs come first.
    if (!item.isConnected) $("runs").insertBefore(item, $("runs").children[i] ?? null);
  });
  $("none").hidden = listed.length > 0;
}

// ---- what is shown ----

function show() {
  const runs = [...chosen.values()].filter(({ version }) => version);
  showList();
  showCurves(runs);
  showSheets(runs);
  showRecipes(runs);
  const faults = [...chosen.keys()].flatMap((name) => {
    const state = listed.find((other) => other.name === name);
    const all = new Set([...(chosen.get(name).faults ?? []), ...(state?.faults ?? [])]);
    return [...all].map((fault) => `${name}: ${fault}`);
  });
  $("faults").hidden = faults.length === 0;
  if (faults.join() !== [...$("faults").children].map(({ textContent }) => textContent).join()) {
    $("faults").replaceChildren(...faults.map((textContent) => Object.assign(document.createElement("li"), { textContent })));
  }
}

function add(name) {
  const taken = new Set([...chosen.values()].map(({ colour }) => colour));
  const colour = Array.from({ length: COLOURS }, (_, i) => `c${i}`).find((one) => !taken.has(one));
  if (colour) chosen.set(name, { name, colour });
}

async function choose(name, on) {
  if (on) add(name);
  else chosen.delete(name);
  keep({ chosen: [...chosen.keys()] });
  showList();
  await refresh();
  $("status").textContent = `${name} is ${on ? "shown" : "no longer shown"}`;
}

// ---- refreshing ----

/** Begins with the runs that were chosen before, or else with the one that moved last. */
function chooseFirst() {
  const before = (choices.chosen ?? []).filter((name) => listed.some((state) => state.name === name));
  for (const name of before.length > 0 ? before : listed.slice(0, 1).map((state) => state.name)) add(name);
}

let refreshing = Promise.resolve();

/** Asks for what is new and shows it, one time after the other. */
function refresh() {
  refreshing = refreshing.then(async () => {
    try {
      const first = listed.length === 0;
      listed = (await ask("runs")).runs;
      if (first) chooseFirst();
      for (const name of chosen.keys()) if (!listed.some((state) => state.name === name)) chosen.delete(name);
      await Promise.all([...chosen.values()].map(load));
      $("connection").textContent = "";
    } catch (failure) {
      if (failure.status === 401) throw failure;
      $("connection").textContent = failure.status ? failure.message : "The server does not answer. This page keeps asking.";
    }
    show();
  });
  return refreshing;
}

async function follow() {
  try {
    await refresh();
  } catch {
    refreshing = Promise.resolve();
    logIn(follow);
    return;
  }
  setTimeout(follow, EVERY);
}

// ---- keys and options ----

const keys = {
  t: theme,
  l: () => $("logarithmic").click(),
  x: () => document.querySelector('[name="axis"]:not(:checked)').click(),
  "/": () => $("find").focus(),
  "?": () => $("keys").showModal(),
};

addEventListener("keydown", (event) => {
  const typing = event.target.matches('input[type="search"], input[type="password"]');
  if (event.ctrlKey || event.metaKey || event.altKey || typing || document.querySelector("dialog[open]") || !keys[event.key]) return;
  keys[event.key]();
  event.preventDefault();
});
$("theme").onclick = theme;
$("help").onclick = () => $("keys").showModal();

const { axis, smoothing, logarithmic } = choices.options ?? {};
if (axis) document.querySelector(`[name="axis"][value="${axis === "seconds" ? "seconds" : "steps"}"]`).checked = true;
if (Number.isFinite(smoothing)) $("smoothing").value = smoothing;
$("logarithmic").checked = logarithmic === true;
followOptions((options) => keep({ options }));
follow();
