// The ControlNets that follow the lines of the drawing.

import { offered } from "./choices.js";

const $ = (id) => document.getElementById(id);

/** Binds the fields to the first of `controls`; returns what fills in those that the server offers. */
export function offerControls(store) {
  const first = () => store.state.controls?.[0] ?? { name: usual(), scale: 1 };
  $("control").onchange = ({ target }) => store.set({ controls: [{ ...first(), name: target.value }] });
  $("scale").addEventListener("input", ({ target, timeStamp }) =>
    store.set({ controls: [{ ...first(), scale: target.valueAsNumber }] }, { merge: "scale", time: timeStamp }));

  function show() {
    $("controls").hidden = store.state.use !== "scribble";
    $("control").value = first().name;
    $("scale").value = first().scale;
    $("scale").closest(".slider").querySelector("output").value = first().scale;
  }

  store.addEventListener("change", show);
  return () => {
    $("control").replaceChildren(...offered().controls.map((name) => new Option(name, name)));
    show();
  };
}

/** The name of the ControlNet that is used first. */
export function usual() {
  const names = offered().controls;
  return names.find((name) => name.includes("scribble")) ?? names[0];
}
