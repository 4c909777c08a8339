// The page of telephones. One stream of events serves them all; each event belongs to one of them.

import { CallerTelephone } from "./caller.js";
import { OperatorTelephone } from "./operator.js";
import * as sounds from "./sounds.js";

const AGAIN_MS = 3000;
const KEPT_EVENTS = 200;
const PATIENCE_MS = 5000;

class Shelf {
  #early = []; // events may come before the answer to the dialling: they wait for their telephone
  #wasLost = false;

  constructor(root) {
    this.root = root;
    this.key = root.dataset.key;
    this.part = (name) => root.querySelector(`[data-${name}]`);
    this.callers = [...root.querySelectorAll("[data-telephone]")].map((element) => new CallerTelephone(element, this));
    this.own = [...root.querySelectorAll("[data-own]")].map((element) => new OperatorTelephone(element, this));
    this.part("add").addEventListener("click", () => this.#add());
    this.#switch("sound", sounds.switchSounds);
    this.#switch("aloud", sounds.switchAloud);
    this.#restore();
    this.#listen();
    this.changed();
  }

  get all() {
    return [...this.callers, ...this.own];
  }

  word(name) {
    return this.root.getAttribute(`data-word-${name}`) || "";
  }

  #switch(name, act) {
    const box = this.part(name);
    const kept = localStorage.getItem(`telephones:${name}`);
    if (kept) box.checked = kept === "on";
    act(box.checked);
    box.addEventListener("change", () => {
      localStorage.setItem(`telephones:${name}`, box.checked ? "on" : "off");
      act(box.checked);
    });
  }

  // --- what stands on the shelf ----------------------------------------------------------------------------------------
  #restore() {
    const kept = JSON.parse(sessionStorage.getItem("telephones:shown") ?? "null");
    if (kept) for (const each of this.callers) each.element.hidden = !kept.includes(each.element.dataset.telephone);
  }

  #keep() {
    const shown = this.callers.filter((each) => !each.element.hidden).map((each) => each.element.dataset.telephone);
    sessionStorage.setItem("telephones:shown", JSON.stringify(shown));
    this.changed();
  }

  #add() {
    const next = this.callers.find((each) => each.element.hidden);
    if (!next) return;
    next.element.hidden = false;
    this.#keep();
    next.part("display").focus();
  }

  takeAway(telephone) {
    telephone.hangUp();
    telephone.element.hidden = true;
    this.part("add").disabled = false;
    this.part("add").focus();
    this.#keep();
  }

  #tabs = new Map();

  // Runs after every change: who may be taken away, and the tabs of a small screen.
  changed() {
    if (!this.callers || !this.own) return;
    const shown = this.all.filter((each) => !each.element.hidden);
    this.part("add").disabled = this.callers.every((each) => !each.element.hidden);
    for (const each of this.callers) each.part("remove").hidden = each.live || shown.length === 1;
    const tabs = shown.map((each) => this.#tab(each));
    const there = [...this.part("tabs").children];
    if (tabs.length !== there.length || tabs.some((tab, n) => tab !== there[n])) this.part("tabs").replaceChildren(...tabs);
  }

  #tab(telephone) {
    const tab = this.#tabs.get(telephone) ?? this.#newTab(telephone);
    tab.dataset.phase = telephone.element.dataset.phase;
    tab.setAttribute("aria-label", `${telephone.name}: ${telephone.part("state").textContent}`);
    return tab;
  }

  #newTab(telephone) {
    const tab = document.createElement("button");
    this.#tabs.set(telephone, tab);
    tab.type = "button";
    tab.className = "button small";
    tab.textContent = telephone.element.dataset.telephone ?? telephone.name;
    tab.addEventListener("click", () => {
      telephone.element.scrollIntoView({ block: "nearest", inline: "center" });
      telephone.part("display").focus({ preventScroll: true });
    });
    return tab;
  }

  // --- the simulator -------------------------------------------------------------------------------------------------
  #listen() {
    const stream = new EventSource(`/simulator/api/stream?key=${encodeURIComponent(this.key)}`);
    stream.addEventListener("open", () => this.#found());
    stream.addEventListener("message", (event) => this.#happened(JSON.parse(event.data)));
    stream.addEventListener("error", () => {
      this.#wasLost = true;
      this.part("lost").hidden = false;
      if (stream.readyState === EventSource.CLOSED) window.setTimeout(() => this.#listen(), AGAIN_MS);
    });
  }

  #found() {
    this.part("lost").hidden = true;
    if (this.#wasLost) for (const each of this.all) each.lost();
    else for (const each of this.own) each.plugIn();
    this.#wasLost = false;
  }

  claim(telephone) {
    const mine = this.#early.filter((event) => event.sid === telephone.sid);
    this.#early = this.#early.filter((event) => event.sid !== telephone.sid);
    mine.forEach((event) => telephone.happened(event));
  }

  #happened(event) {
    if (event.device) {
      for (const each of this.callers) each.rung(event);
      return this.own.forEach((each) => each.happened(event));
    }
    const caller = this.callers.find((each) => each.sid === event.sid);
    if (caller) return caller.happened(event);
    const own = this.own.find((each) => each.sid === event.sid);
    if (!own) this.#early = [...this.#early.slice(-KEPT_EVENTS), event];
  }

  request(path, { body, ...options }) {
    return fetch(`/simulator/api/${path}`, {
      ...options,
      headers: { "Content-Type": "application/json", "X-Telephone-Key": this.key },
      body: body && JSON.stringify(body),
    });
  }

  async dial(body) {
    try {
      const answer = await this.request("dial", { method: "POST", body });
      if (answer.ok) return { call: await answer.json() };
      return { problem: this.word(answer.status === 403 ? "stale" : "refused") };
    } catch {
      return { problem: this.word("refused") };
    }
  }

  // Whether an answer came in time, be it a refusal: what was not answered may be asked again.
  async deliver(path, body) {
    try {
      const answer = await this.request(path, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE_MS) });
      return answer.status < 500;
    } catch {
      return false;
    }
  }

  async post(path, body) {
    try {
      const answer = await this.request(path, { method: "POST", body });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }
}

for (const root of document.querySelectorAll("[data-telephones]")) new Shelf(root);
