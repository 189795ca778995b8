// What the server offers (/v1/choices), and what follows from it.

let choices = { models: [], loras: [], controls: [], preprocessors: [], samplers: [], model: "", most_steps: 100, most_side: 2048 };

/** Takes over the answer of the server. */
export function offer(answer) {
  choices = answer;
}

export const offered = () => choices;

/** The few-step LoRAs, of which one at most is used, and all others. */
export const methods = () => choices.loras.filter(({ preset }) => preset);
export const styles = () => choices.loras.filter(({ preset }) => !preset);

/** The LoRAs of a state, those of the server where it says none. */
export function lorasOf(state) {
  if (state.loras) return state.loras;
  const isFirst = !state.model || state.model === choices.models[0]?.name;
  return isFirst ? choices.loras.filter(({ on }) => on).map(({ name, weight }) => ({ name, weight })) : [];
}

/** The side of the pictures that the model of a state was trained for, in pixels. */
export function sideOf(state) {
  return choices.models.find(({ name }) => name === (state.model ?? choices.model))?.side ?? 512;
}

/** Width and height of the pictures of a state, in pixels. */
export function sizeOf(state) {
  const side = sideOf(state);
  return state.size ? state.size.split("x").map(Number) : [side, side];
}
