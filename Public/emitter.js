/** Lets others listen: `on(name, handler)`, and `emit(name, value)` for the owner. */
export class Emitter {
  #handlers = new Map();

  on(name, handler) {
    this.#handlers.set(name, [...(this.#handlers.get(name) ?? []), handler]);
    return this;
  }

  emit(name, value) {
    for (const handler of this.#handlers.get(name) ?? []) handler(value);
  }
}
