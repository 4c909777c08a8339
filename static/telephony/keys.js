// The keys pressed in one call, on their way to the simulator: in the order they were pressed, and each of them once.
//
// One request at a time, because two may overtake each other, and again until it is answered. Each says how many keys
// came before its own, so that those of a request whose answer was lost are not taken twice.

const AGAIN_MS = 500;

export class Keys {
  #waiting = "";
  #before = 0;
  #sending = false;

  // `send` asks for keys to be pressed, and tells whether an answer came; `wanted`, whether they still matter.
  constructor(sid, send, wanted) {
    Object.assign(this, { sid, send, wanted });
  }

  press(key) {
    this.#waiting += key;
    if (!this.#sending) return this.#sendAll();
  }

  async #sendAll() {
    this.#sending = true;
    while (this.#waiting && this.wanted()) {
      const digits = this.#waiting;
      if (await this.send({ digits, after: this.#before })) {
        this.#before += digits.length;
        this.#waiting = this.#waiting.slice(digits.length);
      } else await new Promise((done) => window.setTimeout(done, AGAIN_MS));
    }
    this.#sending = false;
  }
}
