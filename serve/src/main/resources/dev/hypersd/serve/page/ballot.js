// The pairs of one rater and the votes on them. The protocol is described in docs/study.md.

import { text } from "./texts.js";

/** A request that the server refused; `status` is 0 where it could not be reached. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refused(text("study.unreachable"), 0);
  }
  if (response.ok) return response;
  const { error } = await response.json().catch(() => ({}));
  throw new Refused(error?.message ?? text("study.refused", response.status), response.status);
}

/** What is asked: `study` tells studies apart, `questions` have a `name` and a `text`, `ties` may be answered or not. */
export async function readStudy() {
  return (await ask("study")).json();
}

export class Ballot {
  #path;
  #pairs = new Map();

  constructor(rater) {
    this.#path = `study/raters/${rater}`;
  }

  /** How many pairs there are, and which is next. */
  async progress() {
    return (await ask(this.#path)).json();
  }

  /** Pair `number` with its prompt, the answers given before, and the addresses of its pictures in memory. */
  pair(number) {
    if (!this.#pairs.has(number)) {
      const pair = this.#load(number);
      this.#pairs.set(number, pair);
      pair.catch(() => this.#pairs.delete(number));
    }
    return this.#pairs.get(number);
  }

  async #load(number) {
    const path = `${this.#path}/pairs/${number}`;
    const picture = async (side) => URL.createObjectURL(await (await ask(`${path}/${side}`)).blob());
    const [about, left, right] = await Promise.all([ask(path).then((r) => r.json()), picture("left"), picture("right")]);
    return { number, ...about, left, right };
  }

  /** Gives the answers to pair `number`; returns the progress. */
  async vote(number, answers, name) {
    const response = await ask(`${this.#path}/pairs/${number}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ answers, name }),
    });
    const pair = await this.#pairs.get(number);
    if (pair) pair.answers = answers;
    return response.json();
  }

  /** Forgets the pictures of all pairs but those from `first` to `last`. */
  async keep(first, last) {
    for (const [number, loading] of [...this.#pairs]) {
      if (number >= first && number <= last) continue;
      this.#pairs.delete(number);
      const pair = await loading.catch(() => null);
      if (pair) [pair.left, pair.right].forEach((address) => URL.revokeObjectURL(address));
    }
  }
}
