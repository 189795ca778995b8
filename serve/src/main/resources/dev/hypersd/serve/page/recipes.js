// The recipes of the chosen runs beside each other, with what differs.

const $ = (id) => document.getElementById(id);

let runs = [];

const cell = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });

/** Shows the recipes of the chosen runs, each `{ name, colour, recipe, changes }`. */
export function showRecipes(chosen = runs) {
  runs = chosen;
  const those = runs.filter(({ recipe }) => Object.keys(recipe).length > 0);
  const without = runs.filter((run) => !those.includes(run)).map(({ name }) => name);
  const keys = [...new Set(those.flatMap(({ recipe }) => Object.keys(recipe)))].sort();
  const differs = (key) => new Set(those.map(({ recipe }) => recipe[key])).size > 1;
  $("differences-label").hidden = those.length < 2;
  const rows = keys.filter((key) => those.length < 2 || !$("differences").checked || differs(key));
  const hints = [];
  if (without.length > 0) hints.push(`The folder of ${without.join(", ")} has no resolved recipe.`);
  if (those.length > 1 && rows.length === 0) hints.push("The recipes are the same.");
  $("no-recipe").textContent = hints.join(" ");
  $("no-recipe").hidden = hints.length === 0;
  $("recipe").hidden = rows.length === 0;

  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  head.append(Object.assign(cell("th", "Key"), { scope: "col" }));
  head.append(...those.map(({ name, colour }) => Object.assign(cell("th", name, colour), { scope: "col" })));
  const body = table.createTBody();
  for (const key of rows) {
    const row = body.insertRow();
    row.className = differs(key) ? "differs" : "";
    row.append(Object.assign(cell("th", key), { scope: "row" }));
    row.append(...those.map(({ recipe }) => cell("td", recipe[key] ?? "–")));
  }
  $("recipe").replaceChildren(table);

  const changes = runs.flatMap(({ name, changes: all }) => all.flatMap(({ step, keys: changed }) =>
    Object.entries(changed).map(([key, change]) => `${name} was resumed after step ${step} with another ${key}: ${change}`)));
  $("changes").replaceChildren(...changes.map((text) => cell("li", text)));
  $("changes").hidden = changes.length === 0;
}

$("differences").onchange = () => showRecipes();
