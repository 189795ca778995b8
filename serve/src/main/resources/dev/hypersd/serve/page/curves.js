// All charts: one for each value that a chosen run has logged, with the runs over each other.

import { Chart } from "./chart.js";

const $ = (id) => document.getElementById(id);

const charts = new Map();
let runs = [];

/** Losses come first, and held-out losses beside them. */
function rank(name) {
  const last = name.slice(name.indexOf("/") + 1);
  return last === "loss" ? 0 : last === "held-out loss" ? 1 : last.startsWith("held-out") ? 2 : 3;
}

export function options() {
  return {
    axis: document.querySelector('[name="axis"]:checked').value,
    smoothing: Number($("smoothing").value),
    logarithmic: $("logarithmic").checked,
  };
}

function cursor(chart, x, byKey) {
  for (const other of charts.values()) other.mark(x);
  if (byKey) $("status").textContent = chart.summary;
}

function chartOf(name) {
  if (!charts.has(name)) {
    const chart = new Chart(name, (x, byKey) => cursor(chart, x, byKey));
    charts.set(name, chart);
  }
  return charts.get(name);
}

/** Puts the elements into a container, and moves none that is in its place, so that the focus stays. */
function place(container, elements) {
  elements.forEach((element, i) => {
    if (container.children[i] !== element) container.insertBefore(element, container.children[i] ?? null);
  });
  while (container.children.length > elements.length) container.lastChild.remove();
}

/** Draws the curves of the chosen runs, each `{ name, colour, curves }`. */
export function showCurves(chosen = runs) {
  runs = chosen;
  const wanted = $("find").value.trim().toLowerCase();
  const names = [...new Set(runs.flatMap(({ curves }) => curves.map(({ name }) => name)))];
  const found = names.filter((name) => name.toLowerCase().includes(wanted)).sort((a, b) => rank(a) - rank(b));
  for (const name of charts.keys()) if (!found.includes(name)) charts.delete(name);
  place($("curves"), found.map((name) => chartOf(name).element));
  for (const name of found) {
    const lines = runs.flatMap(({ name: run, colour, curves }) =>
      curves.filter((points) => points.name === name).map((points) => ({ run, colour, points })));
    charts.get(name).draw(lines, options());
  }
  $("no-curves").hidden = found.length > 0;
  $("no-curves").textContent = runs.length === 0 ? "Choose one or several runs."
    : names.length === 0 ? "Nothing has been logged yet." : "No curve has this in its name.";
}

/** Draws again when an option or the width changes; `changed` is called with the options. */
export function followOptions(changed) {
  const again = () => {
    showCurves();
    changed(options());
  };
  for (const id of ["find", "smoothing", "logarithmic"]) $(id).oninput = again;
  for (const radio of document.querySelectorAll('[name="axis"]')) {
    radio.onchange = () => {
      for (const chart of charts.values()) chart.mark(null);
      again();
    };
  }
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width !== width) showCurves();
    width = contentRect.width;
  }).observe($("curves"));
}
