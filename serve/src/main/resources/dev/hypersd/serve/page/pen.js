// Drawing with the keyboard: arrow keys move a pen over the canvas, and the space key sets it down and lifts it.

import { announce } from "./notices.js";
import { text } from "./texts.js";

const SHORT = 8;
const LONG = 40;
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Lets the keyboard draw on the canvas of `drawing`; `mark` shows where the pen is. */
export function offerPen(drawing, mark) {
  const { canvas } = drawing;
  const at = { x: canvas.width / 2, y: canvas.height / 2 };
  let isDown = false;

  function show() {
    mark.hidden = false;
    mark.classList.toggle("down", isDown);
    mark.style.left = `${(100 * at.x) / canvas.width}%`;
    mark.style.top = `${(100 * at.y) / canvas.height}%`;
  }

  function begin(event) {
    drawing.begin({ ...at }, event);
    isDown = true;
  }

  function lift() {
    if (isDown) drawing.end();
    isDown = false;
  }

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    if (direction) {
      const far = event.shiftKey ? LONG : SHORT;
      at.x = Math.min(canvas.width, Math.max(0, at.x + far * direction[0]));
      at.y = Math.min(canvas.height, Math.max(0, at.y + far * direction[1]));
      if (isDown) drawing.to({ ...at }, event);
    } else if (event.key === " " && !event.repeat) {
      if (isDown) lift();
      else begin(event);
      announce(text(isDown ? "pen.down" : "pen.up"));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    show();
  });
  canvas.addEventListener("blur", () => {
    lift();
    mark.hidden = true;
  });
  canvas.addEventListener("pointerdown", () => (mark.hidden = true));
}
