// The operator's browser telephone: one interface, two carriers behind it.
//
//   const phone = createSoftphone({ backend: "simulator" | "twilio", token, identity });
//   phone.register(), unregister(), accept(), decline(), hangUp(), mute(true), press("1"), say("…")
//   phone.state: "offline" | "registered" | "ringing" | "connected"
//   events: state {state}, incoming {from, parameters}, ended {reason}, error {message}, caption {text, from}
//
// `token` is a string, or an async function: tokens live for an hour.

import { SimulatorBackend } from "./softphone-simulator.js";
import { TwilioBackend } from "./softphone-twilio.js";

const BACKENDS = { simulator: SimulatorBackend, twilio: TwilioBackend };

export class Softphone extends EventTarget {
  #backend;
  #state = "offline";
  #turn = Promise.resolve();

  constructor(Backend, { token, identity, ...options }) {
    super();
    this.identity = identity;
    this.#backend = new Backend({
      identity,
      token: typeof token === "function" ? token : async () => token,
      ...options,
      move: (state) => this.#move(state),
      tell: (name, detail) => this.dispatchEvent(new CustomEvent(name, { detail })),
    });
  }

  get state() {
    return this.#state;
  }

  #move(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state } }));
  }

  async #do(act, ...given) {
    try {
      return (await this.#backend[act]?.(...given)) ?? false;
    } catch (problem) {
      this.dispatchEvent(new CustomEvent("error", { detail: { message: problem?.message || String(problem) } }));
      return false;
    }
  }

  // Requests may overtake each other.
  #inTurn(...act) {
    return (this.#turn = this.#turn.then(() => this.#do(...act)));
  }

  register() {
    return this.#do("register");
  }

  unregister() {
    return this.#do("unregister");
  }

  accept() {
    return this.#do("accept");
  }

  decline() {
    return this.#do("decline");
  }

  hangUp() {
    return this.#do("hangUp");
  }

  mute(on) {
    return this.#inTurn("mute", on);
  }

  press(digits) {
    return this.#inTurn("press", digits);
  }

  // In the simulator alone.
  say(text) {
    return this.#inTurn("say", text);
  }
}

export function createSoftphone({ backend = "simulator", ...options }) {
  const Backend = BACKENDS[backend];
  if (!Backend) throw new Error(`no softphone backend ${backend}`);
  return new Softphone(Backend, options);
}
