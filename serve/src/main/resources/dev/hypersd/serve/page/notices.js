// What the page says: a notice at its lower edge, and announcements for screen readers.

const SHOWN_MILLIS = 7000;
const $ = (id) => document.getElementById(id);
let timer = 0;

/** Shows a sentence for some seconds, with a button for an action if there is one. */
export function notice(sentence, action) {
  const place = $("toast");
  clearTimeout(timer);
  timer = setTimeout(() => (place.hidden = true), SHOWN_MILLIS);
  if (!place.hidden && place.textContent === sentence) return; // Screen readers would read the same again.
  place.replaceChildren(Object.assign(document.createElement("span"), { textContent: sentence }));
  if (action) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: action.name });
    button.onclick = () => {
      place.hidden = true;
      action.run();
    };
    place.append(button);
  }
  place.hidden = false;
}

/** Has a sentence read by screen readers when they are done with what they read. */
export function announce(sentence) {
  $("announcement").textContent = sentence;
}
