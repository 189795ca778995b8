// What the server is asked for: the settings, without the page's own keys, and with what modules contribute.

const OWN = ["drawing", "use", "strength", "controls", "mask", "paper", "kept_strength"];

export class Requests {
  #contributors = [];

  /**
   * Adds a function of a request, the state and `png`, which returns the request with more in it. It passes each
   * picture through `png(name, make)`, where `make` makes its data URL.
   */
  contribute(contributor) {
    this.#contributors.push(contributor);
  }

  /** The request for a picture. */
  of(state) {
    return this.#make(state, (name, make) => make());
  }

  /** The request with names of files in place of pictures. */
  named(state) {
    return this.#make(state, (name) => name);
  }

  /** The pictures of the request, as data URLs by the names of their files. */
  pictures(state) {
    const pictures = new Map();
    this.#make(state, (name, make) => {
      pictures.set(name, make());
      return name;
    });
    return pictures;
  }

  #make(state, png) {
    const own = Object.fromEntries(Object.entries(state).filter(([key]) => !OWN.includes(key)));
    return this.#contributors.reduce((request, contribute) => contribute(request, state, png), own);
  }
}
