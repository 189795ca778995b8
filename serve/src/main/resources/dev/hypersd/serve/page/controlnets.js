// The ControlNets, each with the preprocessor that makes what it follows out of the drawing, how much it counts, and a
// view of what it sees. They are the setting `controls`; those without a preprocessor follow the lines of the drawing,
// which the page makes itself (drawing.js).

import { offered } from "./choices.js";
import { languages, text } from "./texts.js";

/** What the drawing is, without any preprocessor. */
export const AS_IT_IS = "none";

const LINES = "";
const $ = (id) => document.getElementById(id);
const element = (name, properties) => Object.assign(document.createElement(name), properties);

/** Offers ControlNets in `#control-list`; returns what fills in those that the server offers. */
export function offerControls(store, live) {
  const list = $("control-list");
  const controls = () => store.state.controls ?? [];
  const change = (i, changes, options) =>
    store.set({ controls: controls().map((control, at) => (at === i ? { ...control, ...changes } : control)) }, options);
  $("add-control").onclick = () => {
    const free = offered().controls.find((name) => controls().every((control) => control.name !== name)) ?? usual();
    store.set({ controls: [...controls(), suited(free)] });
    list.lastElementChild.querySelector("select").focus();
  };

  function row(i) {
    const name = named(i, "control", element("select"));
    name.ariaLabel = text("control.of", i + 1);
    name.replaceChildren(...offered().controls.map((each) => new Option(each, each)));
    name.onchange = () => change(i, suited(name.value, controls()[i].scale));
    const remove = element("button", { type: "button", className: "quiet icon", textContent: "×" });
    remove.ariaLabel = remove.title = text("control.remove", i + 1);
    remove.onclick = () => {
      store.set({ controls: controls().filter((_, at) => at !== i) });
      $("add-control").focus();
    };
    const preprocessor = named(i, "preprocessor", element("select"));
    preprocessor.ariaLabel = text("control.preprocessor", i + 1);
    preprocessor.append(new Option(text("control.lines"), LINES), new Option(text("control.as.it.is"), AS_IT_IS),
      ...offered().preprocessors.map((each) => new Option(each, each)));
    preprocessor.onchange = () => change(i, { preprocessor: preprocessor.value || undefined });
    const scale = named(i, "scale", element("input", { type: "range", min: 0, max: 2, step: 0.05 }));
    scale.ariaLabel = text("scale.of", i + 1);
    scale.oninput = ({ timeStamp }) =>
      change(i, { scale: scale.valueAsNumber }, { merge: `scale ${i}`, time: timeStamp });
    const seen = element("canvas", { width: 64, height: 64, role: "img" });
    seen.ariaLabel = seen.title = text("control.sees", i + 1);
    const place = element("div", { className: "control" });
    place.append(seen, name, remove, preprocessor, scale, element("output"));
    return place;
  }

  function show() {
    $("controls").hidden = store.state.use !== "scribble";
    $("add-control").hidden = controls().length >= offered().most_controls;
    while (list.children.length > controls().length) list.lastElementChild.remove();
    for (let i = list.children.length; i < controls().length; i++) list.append(row(i));
    for (const [i, { name, preprocessor, scale = 1 }] of controls().entries()) {
      const [names, preprocessors] = list.children[i].querySelectorAll("select");
      names.value = name;
      preprocessors.value = preprocessor ?? LINES;
      list.children[i].querySelector("input").value = scale;
      list.children[i].querySelector("output").value = scale;
    }
  }

  const fill = () => {
    list.replaceChildren();
    show();
  };
  store.addEventListener("change", show);
  languages.addEventListener("change", fill);
  showWhatTheySee(live, list);
  return fill;
}

/** Shows in each row what its ControlNet sees. */
function showWhatTheySee(live, list) {
  live.more = (request) => (request.controls ? { control_pictures: true } : {});
  live.addEventListener("control", async ({ detail: { control, blob } }) => {
    const bitmap = await createImageBitmap(blob);
    const canvas = list.children[control]?.querySelector("canvas");
    if (canvas) {
      Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
      canvas.getContext("2d").drawImage(bitmap, 0, 0);
    }
    bitmap.close();
  });
}

/** The name of the ControlNet that is used first. */
export function usual() {
  const names = offered().controls;
  return names.find((name) => name.includes("scribble")) ?? names[0];
}

/** A ControlNet with the preprocessor that its name speaks of; drawn lines suit all others. */
export function suited(name, scale = 1) {
  const isForLines = name.includes("scribble");
  const preprocessor = offered().preprocessors.find((each) => name.includes(each) && !isForLines);
  return { name, scale, preprocessor };
}

/** Names a field of one of several rows. */
function named(i, id, field) {
  field.id = i === 0 ? id : `${id}-${i + 1}`;
  return field;
}
