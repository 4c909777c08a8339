// An operator's own telephone: it rings when a call is offered there, and takes the call only when 1 is pressed.

import { Handset } from "./handset.js";
import * as sounds from "./sounds.js";

export class OperatorTelephone extends Handset {
  session = "";
  #ringing = "";

  constructor(element, shelf) {
    super(element, shelf);
    this.address = element.dataset.own;
    for (const act of ["answer", "decline", "voicemail"]) this.part(act).addEventListener("click", () => this.#act(act));
    this.part("mode").addEventListener("change", () => this.#behave());
    window.addEventListener("pagehide", () => this.#unplug());
  }

  async plugIn() {
    const answer = await this.shelf.post("telephones", { address: this.address, mode: this.part("mode").value });
    this.session = answer?.session ?? "";
    if (this.session && !this.live) this.phase("idle", this.word("own-ready"));
  }

  #unplug() {
    if (this.session) this.shelf.request(`telephones/${this.session}`, { method: "DELETE", keepalive: true });
  }

  async #behave() {
    await this.shelf.post(`telephones/${this.session}/manner`, { mode: this.part("mode").value });
  }

  async #act(act) {
    await this.shelf.post(`telephones/${this.session}/${act}`, { sid: this.#ringing });
  }

  enter() {
    if (this.#ringing) this.#act("answer");
  }

  escape() {
    if (this.#ringing) this.#act("decline");
    else this.hangUp();
  }

  saying(text) {
    this.heard("said", text);
  }

  buttons(name) {
    for (const act of ["answer", "decline", "voicemail"]) this.part(act).hidden = name !== "ringing";
    this.part("hang-up").hidden = !["connected", "talking"].includes(name);
    if (name === "ringing") this.part("speak").hidden = true;
  }

  happened(event) {
    if (event.session !== this.session) return;
    switch (event.kind) {
      case "incoming":
        return this.#rings(event);
      case "connected":
        return this.#answered(event.sid);
      case "stopped":
      case "ended":
        return this.#over(event);
      case "caption":
        return this.#hears(event);
      default:
        return undefined;
    }
  }

  #rings({ sid, from }) {
    if (this.live) return;
    this.#ringing = sid;
    this.clear();
    this.phase("ringing", this.word("ringing"), from);
    if (this.part("mode").value !== "rings_out") this.sound(sounds.ringing());
  }

  #answered(sid) {
    this.sound();
    this.sid = sid;
    this.#ringing = "";
    this.startClock();
    this.phase("connected", this.word("own-answered"));
  }

  #hears({ sid, sound, text, language }) {
    if (sid !== this.sid && sid !== this.#ringing) return;
    if (sound === "joined") this.phase("talking", this.word("own-talking"));
    this.heard(sound, text, language);
  }

  #over({ sid, kind }) {
    if (sid !== this.sid && sid !== this.#ringing) return;
    this.sound();
    if (this.sid) sounds.gone();
    const why = this.word(kind === "stopped" ? "why-stopped" : "over");
    this.stopClock();
    this.sid = this.#ringing = "";
    this.phase("ended", this.word("own-ready"), why);
    this.line("note", why);
  }

  async lost() {
    if (this.live) this.#over({ sid: this.sid || this.#ringing, kind: "ended" });
    await this.plugIn();
  }
}
