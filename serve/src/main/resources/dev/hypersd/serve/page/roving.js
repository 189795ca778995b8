// Groups of buttons that are one stop of the tab key: arrow keys move within them.

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const GROUPS = "[role=radiogroup], [role=toolbar], [role=list]";

const itemsOf = (group) =>
  [...group.querySelectorAll("button, label.button")].filter(
    (item) => !item.disabled && item.closest(GROUPS) === group && item.checkVisibility());

/** Makes one item of each group a stop of the tab key: the chosen one, the one used last, or the first. */
function settle(group) {
  const items = itemsOf(group);
  const chosen = items.find((item) => item.ariaChecked === "true");
  const stop = chosen ?? items.find((item) => item === document.activeElement) ?? items[0];
  for (const item of items) item.tabIndex = item === stop ? 0 : -1;
}

/** Makes all groups of the page such groups, also when their items change. */
export function roving(root = document.body) {
  const settleAll = () => root.querySelectorAll(GROUPS).forEach(settle);
  let frame = 0;
  const soon = () => (frame ||= requestAnimationFrame(() => ((frame = 0), settleAll())));
  const within = ({ target }) => target.closest?.(GROUPS);
  new MutationObserver((changes) => changes.some(within) && soon()).observe(root, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["aria-checked", "disabled", "hidden"],
  });
  settleAll();
  root.addEventListener("focusin", ({ target }) => {
    const group = target.closest(GROUPS);
    if (group && itemsOf(group).includes(target)) settle(group);
  });
  root.addEventListener("keydown", (event) => {
    const group = event.target.closest(GROUPS);
    const items = group ? itemsOf(group) : [];
    const at = items.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const next = neighbour(items, at, event.key);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    next.focus();
    if (next.role === "radio") next.click();
  });
}

function neighbour(items, at, key) {
  if (key === "Home") return items[0];
  if (key === "End") return items.at(-1);
  return STEPS[key] && items[(at + STEPS[key] + items.length) % items.length];
}
