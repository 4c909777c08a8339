// The operator's browser telephone: one interface, two carriers behind it.
//
//   const phone = createSoftphone({ backend: "simulator" | "twilio", token, identity });
//   phone.register(), unregister(), accept(), decline(), hangUp(), mute(true), press("1"), say("…")
//   phone.state: "offline" | "registered" | "ringing" | "connected"
//   events: state {state}, incoming {from, parameters}, ended {reason}, error {message}, caption {text, from}
//
// `token` is a string, or an async function that fetches a fresh one: tokens live for an hour.

import { SimulatorBackend } from "./softphone-simulator.js";
import { TwilioBackend } from "./softphone-twilio.js";

const BACKENDS = { simulator: SimulatorBackend, twilio: TwilioBackend };

export class Softphone extends EventTarget {
  #backend;
  #state = "offline";

  constructor(Backend, { token, identity, ...options }) {
    super();
    this.identity = identity;
    const fetchToken = typeof token === "function" ? token : async () => token;
    this.#backend = new Backend({
      identity,
      token: fetchToken,
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

  async #do(act) {
    try {
      return await act();
    } catch (problem) {
      this.dispatchEvent(new CustomEvent("error", { detail: { message: problem?.message || String(problem) } }));
      return false;
    }
  }

  register() {
    return this.#do(() => this.#backend.register());
  }

  unregister() {
    return this.#do(() => this.#backend.unregister());
  }

  accept() {
    return this.#do(() => this.#backend.accept());
  }

  decline() {
    return this.#do(() => this.#backend.decline());
  }

  hangUp() {
    return this.#do(() => this.#backend.hangUp());
  }

  mute(on) {
    return this.#do(() => this.#backend.mute(Boolean(on)));
  }

  press(digits) {
    return this.#do(() => this.#backend.press(String(digits)));
  }

  // Only the simulator's telephones speak by text; on a real line people use their voice.
  say(text) {
    return this.#do(() => this.#backend.say?.(String(text)) ?? false);
  }
}

export function createSoftphone({ backend = "simulator", ...options }) {
  const Backend = BACKENDS[backend];
  if (!Backend) throw new Error(`no softphone backend ${backend}`);
  return new Softphone(Backend, options);
}
