// A caller's telephone: it dials, waits, talks and hangs up, and then can be called back. What happens to the call comes
// from the simulator.

import { Handset } from "./handset.js";
import * as sounds from "./sounds.js";

const FINAL = ["completed", "busy", "failed", "no-answer", "canceled"];

export class CallerTelephone extends Handset {
  #typed = "";
  #hungUp = false; // by the person at this telephone, not by the mishap that was asked for
  #tries = 0;
  #address = ""; // on which it can be called back
  #session = "";
  #ringing = "";

  constructor(element, shelf) {
    super(element, shelf);
    this.part("call").addEventListener("click", () => this.call());
    this.part("erase").addEventListener("click", () => this.erase());
    this.part("remove").addEventListener("click", () => shelf.takeAway(this));
    this.part("number").addEventListener("change", () => this.#chosen());
    this.part("mishap").addEventListener("change", () => this.#mishapChosen());
    window.addEventListener("pagehide", () => this.#unplug());
    this.#chosen();
  }

  // --- before the call ---------------------------------------------------------------------------------------------
  get number() {
    return this.#typed || this.part("number").value;
  }

  #chosen() {
    this.#typed = "";
    if (this.element.dataset.phase !== "idle") this.#ready();
    this.#showNumber();
  }

  #showNumber() {
    const known = [...this.part("number").options].find((option) => option.value === this.number);
    this.part("shown").textContent = (!this.#typed && known?.dataset.written) || this.number;
    this.part("erase").hidden = !this.#typed || this.live;
    this.part("about").replaceChildren(...this.#about(known));
  }

  #about(option) {
    if (!option) return [this.word("typed")];
    const { hue, hotline, languages } = option.dataset;
    if (!hue) return [hotline];
    const open = "open" in option.dataset;
    const dot = document.createElement("span");
    dot.className = `hotline-dot hue-${hue}`;
    const word = document.createElement("span");
    word.className = `badge tone-${open ? "good" : "quiet"}`;
    word.textContent = this.word(open ? "open" : "closed");
    return [dot, hotline, word, languages];
  }

  #mishapChosen() {
    const seconds = this.part("mishap").selectedOptions[0].dataset.seconds;
    this.part("after-field").hidden = !seconds;
    this.part("after").value = seconds ?? "";
  }

  async press(key) {
    if (this.live) return key === "+" ? undefined : super.press(key);
    sounds.key(key);
    if (this.element.dataset.phase !== "idle") this.#ready();
    this.#typed = `${this.#typed}${key}`.replace(/^00/, "+").slice(0, 24);
    this.#showNumber();
  }

  erase() {
    if (this.live) return;
    this.#typed = this.#typed.slice(0, -1);
    this.#showNumber();
  }

  enter() {
    if (!this.live || this.#ringing) this.call();
  }

  escape() {
    if (this.live) this.hangUp();
    else this.#chosen();
  }

  #ready() {
    this.phase("idle", this.word("ready"));
  }

  buttons(name) {
    this.part("call").hidden = this.live && !this.#ringing;
    this.part("hang-up").hidden = !this.live;
    this.part("erase").hidden = !this.#typed || this.live;
    this.part("call-word").textContent = this.word(this.#ringing ? "answer" : name === "failed" ? "again" : "call");
  }

  // --- the call ------------------------------------------------------------------------------------------------------
  async call() {
    if (this.#ringing) return this.#act("answer");
    if (this.live) return;
    const attempt = (this.#tries += 1);
    this.#hungUp = false;
    this.clear();
    this.#showNumber();
    this.phase("dialling", this.word("dialling"));
    const [mishap, after] = [this.part("mishap").value, Number(this.part("after").value)];
    const wanted = { number: this.number, caller: this.part("caller").value };
    if (mishap) Object.assign(wanted, { mishap }, after > 0 ? { after } : {});
    const { call, problem } = await this.shelf.dial(wanted);
    if (attempt !== this.#tries || !this.live) {
      if (call) this.shelf.post(`calls/${call.sid}/hang-up`, {}); // put down before it was through
      return;
    }
    if (problem) return this.#failed(problem);
    this.sid = call.sid;
    this.shelf.claim(this);
  }

  #failed(problem) {
    this.sound();
    sounds.busy();
    this.phase("failed", this.word("failed"), problem);
    this.line("note", problem);
  }

  async hangUp() {
    if (this.#ringing) return this.#act("decline");
    this.#hungUp = true;
    if (this.sid) return super.hangUp();
    if (this.live) this.#over({ text: "canceled", by: "caller" });
  }

  // The simulator was away: nobody knows what became of the call, so it ends here and, if it lives, there.
  lost() {
    this.#address = this.#session = "";
    if (this.#ringing) return this.#over({ text: "completed", by: "lost" });
    if (!this.sid) return;
    super.hangUp();
    this.#over({ text: "completed", by: "lost" });
  }

  happened(event) {
    if (event.sid !== this.sid) return;
    switch (event.kind) {
      case "state":
        return FINAL.includes(event.text) ? this.#over(event) : this.#progress(event.text);
      case "queued":
        return this.#place(event.position);
      case "position":
        return this.#place(Number(event.text));
      case "left":
        return this.phase("connected", this.word("in-progress"));
      case "joined":
        this.sound();
        this.phase("talking", this.word("talking"));
        return this.line("note", this.word("joined"));
      default:
        return this.heard(event.kind, event.text, event.language || this.#language(event.kind));
    }
  }

  // People speak the language of the hotline that was called; prompts say theirs.
  #language(kind) {
    return kind === "voice" || kind === "said" ? this.part("number").selectedOptions[0]?.dataset.language : "";
  }

  #place(n) {
    this.phase("waiting", n ? this.word("place").replace("{n}", n) : this.word("waiting"));
  }

  #progress(state) {
    if (state === "ringing") this.sound(sounds.ringback());
    else this.sound();
    if (state === "in-progress") this.startClock();
    this.phase(state === "ringing" ? "ringing" : "connected", this.word(state));
  }

  #over({ text, by }) {
    this.sound();
    sounds.hush();
    if (text === "busy") sounds.busy();
    else if (by === "caller") sounds.click();
    else sounds.gone();
    this.stopClock();
    this.sid = this.#ringing = "";
    this.#plugIn();
    const why = this.#why(text, by);
    this.phase("ended", this.word(["busy", "failed", "no-answer"].includes(text) ? text : "over"), why);
    this.line("note", why);
  }

  #why(state, by) {
    if (by === "caller" && !this.#hungUp) return this.word("why-impatient");
    if (["busy", "failed", "no-answer"].includes(state)) return this.word(`why-${state}`);
    return this.word(`why-${by}`) || this.word("why-application");
  }

  // --- being called back: whoever has called can be reached on the number they called from ---------------------------
  async #plugIn() {
    const address = this.part("caller").value;
    if (!address.startsWith("+") || address === this.#address) return;
    this.#unplug();
    this.#address = address;
    this.#session = (await this.shelf.post("telephones", { address, mode: "manual" }))?.session ?? "";
  }

  #unplug() {
    if (this.#session) this.shelf.request(`telephones/${this.#session}`, { method: "DELETE", keepalive: true });
    this.#session = "";
  }

  async #act(act, sid = this.#ringing) {
    await this.shelf.post(`telephones/${this.#session}/${act}`, { sid });
  }

  rung(event) {
    if (!this.#session || event.session !== this.#session) return;
    if (event.kind === "incoming") return this.live ? this.#act("decline", event.sid) : this.#rings(event);
    if (event.sid !== this.sid && event.sid !== this.#ringing) return;
    if (event.kind === "connected") this.#answered(event.sid);
    else if (event.kind === "caption") this.happened({ ...event, sid: this.sid, kind: event.sound });
    else this.#over({ text: "completed", by: "" });
  }

  #rings({ sid, from }) {
    this.#ringing = sid;
    this.clear();
    this.phase("ringing", this.word("ringing"), from);
    this.sound(sounds.ringing());
  }

  #answered(sid) {
    this.sound();
    this.sid = sid;
    this.#ringing = "";
    this.startClock();
    this.phase("connected", this.word("own-answered"));
  }
}
