// What this browser remembers of a page. One that keeps nothing, such as a private window, begins anew each time.

/** The value that was kept under this name; null if there is none. */
export function remembered(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

/** Keeps a value that JSON can hold, where the browser allows it. */
export function remember(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // The page works without.
  }
}
