// Shows the images of one request with several numbers of steps side by side.

const COUNTS = [1, 2, 4, 8];

export async function compare(dialog, request) {
  dialog.querySelector("#comparison-prompt").textContent = request.prompt;
  const columns = COUNTS.map((steps) => column(steps));
  dialog.querySelector("#columns").replaceChildren(...columns.map(({ figure }) => figure));
  dialog.showModal();
  const closed = new AbortController();
  dialog.addEventListener("close", () => closed.abort(), { once: true });
  for (const [i, steps] of COUNTS.entries()) {
    if (closed.signal.aborted) return;
    await fill(columns[i], { ...request, steps }, closed.signal).catch((failure) => {
      if (failure.name !== "AbortError") columns[i].caption.textContent = failure.message;
    });
  }
}

function column(steps) {
  const figure = document.createElement("figure");
  const place = Object.assign(document.createElement("div"), { className: "waiting" });
  const text = `${steps} ${steps === 1 ? "step" : "steps"}`;
  const caption = Object.assign(document.createElement("figcaption"), { textContent: text });
  figure.append(place, caption);
  return { figure, place, caption };
}

async function fill({ place, caption }, request, signal) {
  const began = performance.now();
  const response = await fetch("v1/images/generations", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
    signal,
  });
  const answer = await response.json();
  if (!response.ok) {
    caption.textContent = answer.error.message;
    return;
  }
  const src = `data:image/png;base64,${answer.data[0].b64_json}`;
  place.replaceWith(Object.assign(new Image(), { src, alt: caption.textContent }));
  const took = document.createElement("span");
  took.textContent = `${Math.round(performance.now() - began)} ms`;
  caption.append(took);
  for (const text of answer.warnings) {
    caption.append(Object.assign(document.createElement("span"), { className: "warning", textContent: text }));
  }
}
