// One chart: a value of several runs over the steps or the time, drawn as SVG.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 210;
const EDGE = { left: 52, right: 10, top: 8, bottom: 22 };

/** Text of a value with four digits. */
export function number(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(3).replace(/\.?0+e/, "e").replace("e+", "e");
  return String(Number(value.toPrecision(4)));
}

/** Text of a number of steps or seconds. */
export function place(x, axis) {
  if (axis === "steps") return `step ${Math.round(x).toLocaleString("en")}`;
  if (x < 120) return `${number(x)} s`;
  if (x < 7200) return `${(x / 60).toFixed(1)} min`;
  return `${(x / 3600).toFixed(2)} h`;
}

function tickText(x, axis, span) {
  if (axis === "steps") return x >= 1e6 ? `${number(x / 1e6)}M` : x >= 1e4 ? `${number(x / 1e3)}k` : number(x);
  if (span < 120) return `${number(x)} s`;
  return span < 7200 ? `${number(x / 60)} min` : `${number(x / 3600)} h`;
}

/** Round values between two others, about `count` of them. */
function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1) }, (_, i) => (first + i) * step);
}

/** The same for seconds, which are counted in minutes and hours where there are many. */
function timeTicks(low, high, count) {
  const unit = high - low < 120 ? 1 : high - low < 7200 ? 60 : 3600;
  return ticks(low / unit, high / unit, count).map((x) => x * unit);
}

function logTicks(low, high) {
  const all = [];
  const factors = Math.log10(high / low) < 2 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(Math.log10(high / low) / 6));
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += every) {
    all.push(...factors.map((factor) => factor * 10 ** power).filter((y) => y >= low && y <= high));
  }
  return all.length > 1 ? all : ticks(low, high, 5);
}

/** The number of points for which the weight of smoothing is meant. */
const POINTS = 1000;

/**
 * An exponential moving average without its bias to zero at the beginning. A curve of fewer points is smoothed over as
 * large a part of its length, so that of few validations each one is seen.
 */
export function smoothed(values, strength) {
  const weight = strength ** (POINTS / values.length);
  let sum = 0;
  let share = 0;
  return values.map((value) => {
    sum = weight * sum + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return sum / share;
  });
}

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** The index of the value that is nearest to `x`, in ascending values. */
function nearest(xs, x) {
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && x - xs[low - 1] < xs[low] - x ? low - 1 : low;
}

export class Chart {
  /**
   * @param name of the value
   * @param onCursor is called with a place on the axis, or null, and whether it was chosen by keys
   */
  constructor(name, onCursor) {
    this.name = name;
    this.onCursor = onCursor;
    this.lines = [];
    this.svg = shape("svg", { role: "img", tabindex: 0 });
    this.legend = Object.assign(document.createElement("ul"), { className: "legend" });
    this.where = document.createElement("span");
    const caption = document.createElement("figcaption");
    caption.append(name, this.where);
    this.element = Object.assign(document.createElement("figure"), { className: "chart" });
    this.element.append(caption, this.svg, this.legend);
    this.svg.onpointermove = (event) => onCursor(this.xAt(event.offsetX), false);
    this.svg.onpointerleave = () => onCursor(null, false);
    this.svg.onblur = () => onCursor(null, false);
    this.svg.onkeydown = (event) => this.key(event);
  }

  /**
   * Draws the lines.
   *
   * @param lines of `{ run, colour, points }`
   * @param options `{ axis, smoothing, logarithmic }`
   */
  draw(lines, { axis, smoothing, logarithmic }) {
    this.axis = axis;
    this.lines = lines.map(({ run, colour, points }) => ({
      run, colour, points, xs: points[axis], ys: smoothed(points.means, smoothing),
    }));
    const shown = (y) => !logarithmic || y > 0;
    this.hidden = logarithmic && lines.some(({ points }) => points.least.some((y) => y <= 0));
    this.setRange(shown, logarithmic);
    const drawn = this.frame(logarithmic);
    for (const line of this.lines) {
      const group = shape("g", { class: line.colour });
      const { means, least, greatest } = line.points;
      if (least.some((y, i) => y !== greatest[i])) {
        group.append(shape("path", { class: "band", d: this.area(line.xs, least, greatest, shown) }));
      }
      if (smoothing > 0) group.append(shape("path", { class: "raw", d: this.path(line.xs, means, shown) }));
      group.append(shape("path", { class: "curve", d: this.path(line.xs, line.ys, shown) }));
      if (line.xs.length === 1 && shown(line.ys[0])) {
        group.append(shape("circle", { class: "dot", r: 3, cx: this.left(line.xs[0]), cy: this.up(line.ys[0]) }));
      }
      drawn.push(group);
    }
    this.marks = shape("g", {});
    this.svg.replaceChildren(...drawn, this.marks);
    this.mark(this.cursor ?? null);
  }

  /** The ranges of both axes: of the means, so that single values far off do not flatten the curve. */
  setRange(shown, logarithmic) {
    let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const { xs, points } of this.lines) {
      left = Math.min(left, xs[0]);
      right = Math.max(right, xs.at(-1));
      for (const y of points.means) {
        if (!shown(y)) continue;
        low = Math.min(low, y);
        high = Math.max(high, y);
      }
    }
    if (left === right) [left, right] = [left - 1, right + 1];
    if (low > high) [low, high] = [0.1, 1];
    if (low === high) [low, high] = logarithmic ? [low / 2, high * 2] : [low - (Math.abs(low) / 2 || 1), high + (Math.abs(high) / 2 || 1)];
    const width = Math.max(200, this.svg.clientWidth || 400);
    const scale = logarithmic ? Math.log : (y) => y;
    const [bottom, top] = [scale(low), scale(high)];
    const margin = (top - bottom) * 0.04;
    this.range = { left, right, low, high, width };
    this.left = (x) => EDGE.left + ((x - left) / (right - left)) * (width - EDGE.left - EDGE.right);
    this.up = (y) => HEIGHT - EDGE.bottom - ((scale(y) - bottom + margin) / (top - bottom + 2 * margin)) * (HEIGHT - EDGE.top - EDGE.bottom);
    this.xAt = (pixel) => left + ((pixel - EDGE.left) / (width - EDGE.left - EDGE.right)) * (right - left);
  }

  frame(logarithmic) {
    const { left, right, low, high, width } = this.range;
    const drawn = [];
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    for (const y of logarithmic ? logTicks(low, high) : ticks(low, high, 5)) {
      drawn.push(shape("line", { class: "grid", x1: EDGE.left, x2: width - EDGE.right, y1: this.up(y), y2: this.up(y) }));
      const text = shape("text", { x: EDGE.left - 7, y: this.up(y) + 4, "text-anchor": "end" });
      text.textContent = number(y);
      drawn.push(text);
    }
    for (const x of this.axis === "steps" ? ticks(left, right, width / 90) : timeTicks(left, right, width / 90)) {
      const text = shape("text", { x: this.left(x), y: HEIGHT - 5, "text-anchor": "middle" });
      text.textContent = tickText(x, this.axis, right - left);
      if (this.left(x) < width - 20) drawn.push(text);
    }
    return drawn;
  }

  /** A line through the values that are shown, with gaps where one is not. */
  path(xs, ys, shown) {
    let pen = "M";
    let d = "";
    xs.forEach((x, i) => {
      if (shown(ys[i])) d += `${pen}${this.left(x).toFixed(1)} ${this.inside(ys[i])}`;
      pen = shown(ys[i]) ? "L" : "M";
    });
    return d;
  }

  area(xs, least, greatest, shown) {
    const at = xs.map((_, i) => i).filter((i) => shown(least[i]));
    const point = (i, ys) => `${this.left(xs[i]).toFixed(1)} ${this.inside(ys[i])}`;
    return at.length < 2 ? "" : `M${at.map((i) => point(i, greatest)).join("L")}L${at.reverse().map((i) => point(i, least)).join("L")}Z`;
  }

  inside(y) {
    return Math.min(HEIGHT - EDGE.bottom, Math.max(EDGE.top, this.up(y))).toFixed(1);
  }

  /** Marks a place on the axis and shows the values there; null: shows the last values. */
  mark(x) {
    this.cursor = x;
    this.marks?.replaceChildren();
    let where = null;
    const rows = this.lines.map(({ run, colour, points, xs, ys }) => {
      const i = x === null ? xs.length - 1 : nearest(xs, x);
      if (x !== null && this.marks) {
        where = where === null || Math.abs(xs[i] - x) < Math.abs(where - x) ? xs[i] : where;
        const dot = shape("circle", { class: `dot ${colour}`, r: 3.5, cx: this.left(xs[i]), cy: this.inside(ys[i]) });
        this.marks.append(dot);
      }
      const value = number(x === null ? points.last : ys[i]);
      const item = Object.assign(document.createElement("li"), { className: colour });
      item.append(Object.assign(document.createElement("span"), { textContent: run }),
        Object.assign(document.createElement("b"), { textContent: value }));
      return { item, text: `${run} ${value}` };
    });
    if (where !== null) {
      const line = { class: "cursor", x1: this.left(where), x2: this.left(where), y1: EDGE.top, y2: HEIGHT - EDGE.bottom };
      this.marks.prepend(shape("line", line));
    }
    this.legend.replaceChildren(...rows.map(({ item }) => item));
    const gaps = this.hidden ? "values up to 0 are not shown" : "";
    this.where.textContent = where === null ? gaps : place(where, this.axis);
    this.summary = `${where === null ? "last values" : place(where, this.axis)}: ${rows.map(({ text }) => text).join(", ")}`;
    this.svg.setAttribute("aria-label", `${this.name}, ${this.summary}`);
  }

  key(event) {
    const xs = this.lines.reduce((longest, { xs }) => (xs.length > longest.length ? xs : longest), []);
    const i = this.cursor === null ? xs.length - 1 : nearest(xs, this.cursor);
    const step = event.shiftKey ? Math.max(10, Math.round(xs.length / 20)) : 1;
    const targets = { ArrowLeft: i - step, ArrowRight: i + step, Home: 0, End: xs.length - 1 };
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in targets)) return;
    event.preventDefault();
    this.onCursor(xs[Math.min(xs.length - 1, Math.max(0, targets[event.key]))], true);
  }
}
