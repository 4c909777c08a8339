// Several telephones on one page. One stream of events serves them all; each call belongs to one telephone.

import { beep, keyTone, ringback } from "./tones.js";

const FINAL = ["completed", "busy", "failed", "no-answer", "canceled"];
const PATIENCE_MS = 10_000;
const DROP_MS = 15_000;

class Telephone {
  #sid = "";
  #live = false;
  #quiet = null;
  #timer = 0;
  #sound = null;

  constructor(element, desk) {
    this.element = element;
    this.desk = desk;
    this.part = (name) => element.querySelector(`[data-${name}]`);
    this.part("call").addEventListener("click", () => this.call());
    this.part("hang-up").addEventListener("click", () => this.hangUp());
    this.part("speak").addEventListener("submit", (event) => this.#speak(event));
    for (const key of element.querySelectorAll("[data-key-press]")) {
      key.addEventListener("click", () => this.press(key.dataset.keyPress));
    }
    element.addEventListener("keydown", (event) => this.#typed(event));
  }

  get sid() {
    return this.#sid;
  }

  #typed(event) {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[0-9*#]$/.test(event.key)) {
      event.preventDefault();
      this.press(event.key);
    }
  }

  async call() {
    this.part("words").replaceChildren();
    const mishap = this.part("mishap").value;
    const wanted = { number: this.part("number").value, caller: this.part("caller").value };
    if (mishap === "greeting") Object.assign(wanted, { hang_up_at: "Say", patience: 1.5 });
    this.#show(true);
    this.#state("ringing");
    this.#quiet = ringback();
    const call = await this.desk.post("dial", wanted);
    if (!call) {
      this.#over("failed");
      this.#line("note", this.desk.word("refused"));
      return;
    }
    this.#sid = call.sid;
    this.desk.claim(this);
  }

  async hangUp() {
    if (this.#sid) await this.desk.post(`calls/${this.#sid}/hang-up`, {});
  }

  async press(key) {
    keyTone(key);
    if (!this.#live || !this.#sid) return;
    this.#line("note", `${this.desk.word("key")} ${key}`);
    await this.desk.post(`calls/${this.#sid}/press`, { digits: key });
  }

  async #speak(event) {
    event.preventDefault();
    const text = this.part("speech").value.trim();
    if (!text || !this.#sid) return;
    this.part("speech").value = "";
    await this.desk.post(`calls/${this.#sid}/say`, { text });
  }

  happened(event) {
    const words = this.desk;
    switch (event.kind) {
      case "state":
        return FINAL.includes(event.text) ? this.#over(event.text) : this.#state(event.text);
      case "say":
      case "voice":
        this.#line("heard", event.text);
        return this.#aloud(event.text, event.language);
      case "play":
        this.#line("note", `♪ ${words.word("music")}`);
        return this.#play(event.text);
      case "tone":
        beep();
        return this.#line("note", words.word("beep"));
      case "said":
        return this.#line("said", `${words.word("you")}: ${event.text}`);
      case "queued":
        this.#line("note", words.word("queued"));
        return this.#mishap("impatient", PATIENCE_MS);
      case "joined":
        this.#hush();
        this.#line("note", words.word("joined"));
        return this.#mishap("drop", DROP_MS);
      default:
        return undefined;
    }
  }

  #mishap(kind, after) {
    window.clearTimeout(this.#timer);
    if (this.part("mishap").value !== kind) return;
    this.#timer = window.setTimeout(() => {
      this.#line("note", this.desk.word(kind === "drop" ? "dropped" : "impatient"));
      this.hangUp();
    }, after);
  }

  #state(word) {
    if (word !== "ringing") this.#hush();
    this.part("state").textContent = this.desk.word(word) || word;
  }

  #over(word) {
    window.clearTimeout(this.#timer);
    this.#hush();
    this.#state(word);
    this.#sid = "";
    this.#show(false);
  }

  #show(live) {
    const hadFocus = this.element.contains(document.activeElement);
    this.#live = live;
    this.element.toggleAttribute("data-live", live);
    this.part("call").hidden = live;
    this.part("hang-up").hidden = !live;
    for (const name of ["number", "caller"]) this.part(name).disabled = live;
    for (const name of ["speech", "say"]) this.part(name).disabled = !live;
    if (hadFocus && document.activeElement === document.body) this.part(live ? "hang-up" : "call").focus();
  }

  #line(kind, text) {
    const words = this.part("words");
    const line = document.createElement("li");
    line.dataset.kind = kind;
    line.textContent = text;
    words.append(line);
    words.scrollTop = words.scrollHeight;
  }

  #aloud(text, language) {
    if (!this.part("aloud").checked || !window.speechSynthesis) return;
    const speech = new SpeechSynthesisUtterance(text);
    if (language) speech.lang = language;
    window.speechSynthesis.speak(speech);
  }

  #play(address) {
    if (!this.part("aloud").checked) return;
    const url = URL.parse?.(address, window.location.href) ?? null;
    if (!url || !url.pathname.startsWith("/static/")) return;
    this.#sound?.pause();
    this.#sound = new Audio(url.pathname);
    this.#sound.volume = 0.5;
    this.#sound.play().catch(() => {});
  }

  #hush() {
    this.#quiet?.();
    this.#quiet = null;
    this.#sound?.pause();
    if (this.part("aloud").checked) window.speechSynthesis?.cancel();
  }
}

class Desk {
  #telephones = new Map();
  #early = [];

  constructor(root) {
    this.root = root;
    this.key = root.dataset.key;
    for (const element of root.querySelectorAll("[data-telephone]")) new Telephone(element, this);
    this.stream = new EventSource(`/simulator/api/stream?key=${encodeURIComponent(this.key)}`);
    this.stream.addEventListener("message", (event) => this.#happened(JSON.parse(event.data)));
  }

  word(name) {
    return this.root.getAttribute(`data-word-${name}`) || "";
  }

  // Events may come before the answer to the dialling: they wait for their telephone.
  claim(telephone) {
    this.#telephones.set(telephone.sid, telephone);
    const mine = this.#early.filter((event) => event.sid === telephone.sid);
    this.#early = this.#early.filter((event) => event.sid !== telephone.sid);
    mine.forEach((event) => telephone.happened(event));
  }

  #happened(event) {
    const telephone = this.#telephones.get(event.sid);
    if (telephone) telephone.happened(event);
    else this.#early = [...this.#early.slice(-200), event];
  }

  async post(path, body) {
    try {
      const answer = await fetch(`/simulator/api/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Telephone-Key": this.key },
        body: JSON.stringify(body),
      });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }
}

for (const root of document.querySelectorAll("[data-telephones]")) new Desk(root);
