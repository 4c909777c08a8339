// The note: kept on the server within two seconds of typing, and on this page while the server is out of reach.
import { serverNow } from "../core/timers.js";

const DELAY = 1200;
const RETRY = 3000;
let timer;
let sending = Promise.resolve();
let dirty = false;
let texts;

const form = () => document.getElementById("note");
const keptUnder = (call) => `note:${call}`;
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];

function say(text, tone = "muted") {
  const place = document.getElementById("note-saved");
  if (place) {
    place.textContent = text;
    place.className = `small ${tone}`;
  }
}

async function send(note) {
  const data = new FormData(note);
  dirty = false;
  try {
    const answer = await fetch(note.dataset.draft, {
      method: "POST", body: data, keepalive: true, headers: { "X-CSRFToken": token() },
    });
    const result = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.status === 409) return say(result.error, "wrong");
    if (!answer.ok) throw new Error(answer.status);
    note.elements.version.value = result.version;
    sessionStorage.removeItem(keptUnder(note.dataset.call));
    say(`${texts.saved} ${new Date(serverNow()).toLocaleTimeString([], { hour12: false })}`);
  } catch {
    sessionStorage.setItem(keptUnder(note.dataset.call), JSON.stringify(Object.fromEntries(data)));
    say(texts.unsaved, "wrong");
    dirty = true;
    timer ??= setTimeout(flush, RETRY);
  }
}

export function flush() {
  clearTimeout(timer);
  timer = undefined;
  const note = form();
  if (note && dirty) sending = sending.then(() => send(note));
  return sending;
}

function changed() {
  dirty = true;
  timer ??= setTimeout(flush, DELAY);
}

export async function save() {
  const note = form();
  if (!note) return;
  clearTimeout(timer);
  timer = undefined;
  await sending; // a draft on its way knows the next version
  dirty = false;
  sessionStorage.removeItem(keptUnder(note.dataset.call));
  const have = document.getElementById("have").value;
  await htmx.ajax("POST", note.action, {
    source: document.getElementById("desk"), target: "#now", swap: "innerHTML",
    values: { ...Object.fromEntries(new FormData(note)), have },
  });
}

// --- topics: a few buttons over the whole list ----------------------------------------------------------------------
function showTopic(note) {
  const value = note.elements.topic?.value;
  const chosen = note.querySelector(`[data-topic="${value}"]`);
  const top = chosen?.dataset.within ?? value;
  for (const pill of note.querySelectorAll("[data-topic]")) {
    const pressed = pill.dataset.topic === value || pill.dataset.topic === top;
    pill.setAttribute("aria-pressed", String(Boolean(value) && pressed));
    if (pill.dataset.below) document.getElementById(pill.dataset.below).hidden = pill.dataset.topic !== top;
  }
}

// --- steps of the script: ticks last as long as the tab --------------------------------------------------------------
function restoreTicks() {
  const list = document.querySelector("[data-ticks]");
  const ticked = JSON.parse(sessionStorage.getItem(`ticks:${list?.dataset.ticks}`) ?? "[]");
  for (const box of list?.querySelectorAll("input") ?? []) box.checked = ticked.includes(box.value);
}

function keepTicks(list) {
  const ticked = [...list.querySelectorAll("input:checked")].map((box) => box.value);
  sessionStorage.setItem(`ticks:${list.dataset.ticks}`, JSON.stringify(ticked));
}

export function restore() {
  restoreTicks();
  const note = form();
  if (!note || note.dataset.restored) return;
  note.dataset.restored = "yes";
  const kept = JSON.parse(sessionStorage.getItem(keptUnder(note.dataset.call)) ?? "null");
  for (const [name, value] of Object.entries(kept ?? {})) if (name !== "version" && note.elements[name]) note.elements[name].value = value;
  showTopic(note);
  if (kept) changed();
}

export function bind(said) {
  texts = said;
  document.addEventListener("input", (event) => {
    if (event.target.closest("#note")) {
      changed();
      if (event.target.name === "topic") showTopic(form());
    }
    const list = event.target.closest("[data-ticks]");
    if (list) keepTicks(list);
  });
  document.addEventListener("click", (event) => {
    const pill = event.target.closest("[data-topic]");
    if (!pill) return;
    form().elements.topic.value = pill.dataset.topic;
    showTopic(form());
    changed();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "note") return;
    event.preventDefault();
    save();
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => detail.shouldSwap && detail.target.id === "now" && flush());
  addEventListener("pagehide", flush);
  restore();
}
