// The softphone beside the simulator: what happens comes as server-sent events, buttons are POSTs.
// The session outlives a page change in the same tab: the next page takes up the call where it is.

import { ringing } from "./tones.js";

const AGAIN_MS = 400;

export class SimulatorBackend {
  #session = "";
  #stream = null;
  #call = null;
  #quiet = null;
  #wanted = false;

  constructor({ identity, token, move, tell, base = "/simulator/client", storage = window.sessionStorage }) {
    Object.assign(this, { identity, token, move, tell, base, storage });
    this.slot = `softphone:${identity}`;
  }

  async register() {
    if (this.#wanted) return true;
    this.#wanted = true;
    this.#session = this.storage.getItem(this.slot) || "";
    if (!this.#session) await this.#newSession();
    this.#listen();
    return true;
  }

  async unregister() {
    this.#wanted = false;
    this.#stream?.close();
    if (this.#session) await this.#post("unregister").catch(() => {});
    this.#forget();
    this.#silence();
    this.#call = null;
    this.move("offline");
    return true;
  }

  async #newSession() {
    const token = await this.token();
    const answer = await fetch(`${this.base}/register`, { method: "POST", headers: { Authorization: `Bearer ${token}` } });
    if (!answer.ok) {
      this.#wanted = false;
      throw new Error(`the telephone was not let in (${answer.status})`);
    }
    this.#session = (await answer.json()).session;
    this.storage.setItem(this.slot, this.#session);
  }

  #forget() {
    this.storage.removeItem(this.slot);
    this.#session = "";
  }

  #listen() {
    this.#stream = new EventSource(`${this.base}/${this.#session}/stream`);
    this.#stream.addEventListener("now", (event) => this.#resume(JSON.parse(event.data)));
    this.#stream.addEventListener("message", (event) => this.#happened(JSON.parse(event.data)));
    this.#stream.addEventListener("error", () => this.#lost());
  }

  // EventSource comes back by itself after a break in the line; a session that is gone needs a new one.
  #lost() {
    if (!this.#wanted || this.#stream.readyState !== EventSource.CLOSED) return;
    this.#end("line lost");
    this.move("offline");
    window.setTimeout(() => this.#again(), AGAIN_MS);
  }

  async #again() {
    if (!this.#wanted) return;
    this.#forget();
    try {
      this.#wanted = true;
      await this.#newSession();
      this.#listen();
    } catch (problem) {
      this.#wanted = true;
      this.tell("error", { message: problem.message });
      window.setTimeout(() => this.#again(), AGAIN_MS * 10);
    }
  }

  #resume({ ringing: rings, talking }) {
    if (talking) {
      this.#call = talking;
      this.move("connected");
    } else if (rings) {
      this.#rings(rings);
    } else {
      this.#end("over");
      this.move("registered");
    }
  }

  #happened(event) {
    if (event.kind === "incoming") this.#rings(event);
    if (event.sid !== this.#call?.sid) return;
    if (event.kind === "connected") {
      this.#silence();
      this.move("connected");
    }
    if (event.kind === "caption") this.tell("caption", { text: event.text, from: event.sound });
    if (event.kind === "stopped" || event.kind === "ended") {
      this.#end(event.kind === "stopped" ? "cancelled" : "hung up");
      this.move("registered");
    }
  }

  #rings(event) {
    if (this.#call) return;
    this.#call = event;
    this.#quiet = ringing();
    this.move("ringing");
    const parameters = { ...event.parameters, CallSid: event.sid, From: event.from, To: event.to };
    this.tell("incoming", { from: event.from, parameters });
  }

  #end(reason) {
    this.#silence();
    if (!this.#call) return;
    this.#call = null;
    this.tell("ended", { reason });
  }

  #silence() {
    this.#quiet?.();
    this.#quiet = null;
  }

  async #post(act, body) {
    const answer = await fetch(`${this.base}/${this.#session}/${act}`, {
      method: "POST",
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
    if (!answer.ok) throw new Error(`the telephone did not take "${act}" (${answer.status})`);
    return (await answer.json()).done;
  }

  accept() {
    this.#silence();
    return this.#post("accept");
  }

  decline() {
    this.#silence();
    return this.#post("decline");
  }

  hangUp() {
    return this.#post("hang-up");
  }

  mute(on) {
    return this.#post("mute", { on });
  }

  press(digits) {
    return this.#post("press", { digits });
  }

  say(text) {
    return this.#post("say", { text });
  }
}
