// The sheets of samples over the steps: a strip for each run and each kind of sheet, and one of them large.

const $ = (id) => document.getElementById(id);
const MOST_IN_STRIP = 12;

let shown = "";

const address = (run, { file }) => `runs/sheet?${new URLSearchParams({ run, file })}`;
const stepText = ({ step }) => `step ${step.toLocaleString("en")}`;

/** Some of the sheets, evenly spaced, the first and the last among them. */
function some(sheets) {
  if (sheets.length <= MOST_IN_STRIP) return sheets;
  return Array.from({ length: MOST_IN_STRIP }, (_, i) => sheets[Math.round((i * (sheets.length - 1)) / (MOST_IN_STRIP - 1))]);
}

const rows = () => [...document.querySelectorAll(".strip div")];

function view(run, sheets, sheet) {
  $("viewer-title").textContent = `${run}: ${sheet.name}`;
  const at = $("at");
  at.max = sheets.length - 1;
  at.value = sheets.indexOf(sheet);
  const show = () => {
    const now = sheets[Number(at.value)];
    $("sheet").src = address(run, now);
    $("sheet").alt = `${now.name} at ${stepText(now)}`;
    $("at-step").textContent = now.step.toLocaleString("en");
    at.ariaValueText = stepText(now);
  };
  at.oninput = show;
  show();
  $("viewer").showModal();
  at.focus();
}

function strip({ name, colour }, kind, sheets) {
  const section = Object.assign(document.createElement("section"), { className: `strip ${colour}` });
  const row = document.createElement("div");
  row.dataset.strip = `${name}: ${kind}`;
  row.append(...some(sheets).map((sheet) => {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    const img = Object.assign(document.createElement("img"), { loading: "lazy", alt: "", src: address(name, sheet) });
    button.dataset.sheet = img.src;
    button.append(img, stepText(sheet));
    button.onclick = () => view(name, sheets, sheet);
    return button;
  }));
  section.append(Object.assign(document.createElement("h3"), { textContent: row.dataset.strip }), row);
  return section;
}

/** Shows the sheets of the chosen runs, each `{ name, colour, samples }`. */
export function showSheets(runs) {
  const now = JSON.stringify(runs.map(({ name, colour, samples }) => [name, colour, samples]));
  if (now === shown) return;
  shown = now;
  const strips = runs.flatMap((run) => {
    const kinds = [...new Set(run.samples.map(({ name }) => name))];
    return kinds.map((kind) => strip(run, kind, run.samples.filter(({ name }) => name === kind)));
  });
  const focused = document.activeElement.dataset.sheet;
  const places = new Map(rows().map((row) => [row.dataset.strip, row.scrollLeft]));
  $("samples").replaceChildren(...strips);
  for (const row of rows()) row.scrollLeft = places.get(row.dataset.strip) ?? row.scrollWidth;
  if (focused) [...$("samples").querySelectorAll("button")].find((button) => button.dataset.sheet === focused)?.focus();
  $("no-samples").hidden = strips.length > 0;
}
