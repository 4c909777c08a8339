// What every telephone on the page has: a display, captions, keys and sounds. Callers and operators build on it.

import { clock, serverNow } from "../core/timers.js";
import { Keys } from "./keys.js";
import * as sounds from "./sounds.js";

export class Handset {
  sid = "";
  live = false;
  #keys = null;
  #since = 0;
  #quiet = null;

  constructor(element, shelf) {
    this.element = element;
    this.shelf = shelf;
    this.part = (name) => element.querySelector(`[data-${name}]`);
    this.part("hang-up").addEventListener("click", () => this.hangUp());
    this.part("speak").addEventListener("submit", (event) => this.#speak(event));
    for (const key of element.querySelectorAll("[data-key-press]")) {
      key.addEventListener("click", () => this.press(key.dataset.keyPress));
    }
    element.addEventListener("keydown", (event) => this.#typed(event));
  }

  get name() {
    return this.element.querySelector("h2").textContent;
  }

  word(name) {
    return this.shelf.word(name);
  }

  // --- keys: those of a single character work only inside a telephone, and outside its fields ------------------------
  #typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return this.escape();
    if (event.target.closest("input, select, textarea")) return;
    if (/^[0-9*#+]$/.test(event.key) || event.key === "Backspace") {
      event.preventDefault();
      return event.key === "Backspace" ? this.erase() : this.press(event.key);
    }
    if (event.key === "Enter" && !event.target.closest("button, a")) {
      event.preventDefault();
      this.enter();
    }
  }

  erase() {}

  saying() {}

  async press(key) {
    sounds.key(key);
    if (!this.sid) return;
    this.line("note", `${this.word("key")} ${key}`);
    if (this.#keys?.sid !== this.sid) this.#keys = this.#newKeys(this.sid);
    await this.#keys.press(key);
  }

  #newKeys(sid) {
    const send = (body) => this.shelf.deliver(`calls/${sid}/press`, body);
    return new Keys(sid, send, () => this.sid === sid);
  }

  async hangUp() {
    if (this.sid) await this.shelf.post(`calls/${this.sid}/hang-up`, {});
  }

  async #speak(event) {
    event.preventDefault();
    const text = this.part("speech").value.trim();
    if (!text || !this.sid) return;
    this.part("speech").value = "";
    this.saying(text);
    await this.shelf.post(`calls/${this.sid}/say`, { text });
  }

  // --- what is shown ---------------------------------------------------------------------------------------------
  phase(name, word, about) {
    const had = this.element.contains(document.activeElement) && document.activeElement;
    this.element.dataset.phase = name;
    this.live = !["idle", "ended", "failed"].includes(name);
    this.part("state").textContent = word;
    if (about !== undefined) this.part("about").textContent = about;
    this.part("setup").hidden = this.live;
    this.part("speak").hidden = !this.live;
    this.buttons(name);
    if (had && !had.checkVisibility()) (this.usual() ?? this.part("display")).focus();
    this.shelf.changed();
  }

  // The first button that can be pressed: a finger on Call rests on Hang up afterwards.
  usual() {
    return [...this.element.querySelectorAll(".handset-acts button")].find((button) => !button.hidden);
  }

  startClock() {
    if (this.#since) return;
    this.#since = serverNow();
    this.part("clock").textContent = clock(0);
    this.part("clock").dataset.since = new Date(this.#since).toISOString();
  }

  stopClock() {
    delete this.part("clock").dataset.since;
    this.part("clock").textContent = this.#since ? clock((serverNow() - this.#since) / 1000) : "";
    this.#since = 0;
  }

  clear() {
    this.part("words").replaceChildren();
    this.part("clock").textContent = "";
  }

  line(kind, text, language = "") {
    const words = this.part("words");
    const line = document.createElement("li");
    line.dataset.kind = kind;
    line.textContent = text;
    if (language) line.lang = language;
    words.append(line);
    while (words.children.length > 60) words.firstElementChild.remove();
    words.scrollTop = words.scrollHeight;
  }

  // --- what is heard ---------------------------------------------------------------------------------------------
  heard(kind, text, language) {
    switch (kind) {
      case "say":
      case "voice":
        this.sound();
        this.line("heard", text, language);
        return sounds.speak(text, language);
      case "play":
        this.line("note", `♪ ${this.word("music")}`);
        return this.sound(sounds.music(text));
      case "tone":
        sounds.beep();
        return this.line("note", this.word("beep"));
      case "said":
        return this.line("said", `${this.word("you")}: ${text}`, language);
      default:
        return undefined;
    }
  }

  // One sound at a time: a new one, or none, ends the one before.
  sound(stop = null) {
    this.#quiet?.();
    this.#quiet = stop;
  }
}
