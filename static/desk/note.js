// The note: kept in this browser at each keystroke and on the server within two seconds, whatever breaks.
import { clock, serverNow } from "../core/timers.js";
import { holdsCard } from "./cards.js";
import { suggest } from "./pick.js";
import * as topics from "./topics.js";

const DELAY = 1200;
const RETRY = 3000;
const TYPING = 10000; // as calls.notes: a wrap-up does not end so soon after the last word
const FIELDS = ["topic", "outcome", "summary", "caller_name"];
const BLANK = { outcome: "answered" };
const MARK = /(::|\?\?)([^\n:?]{0,40})$/;
let timer;
let sending = Promise.resolve();
let saving = "";
let dirty = false;
let sent; // what the server was last given, to know one's own draft again
let typed = 0;
let discarded;
let texts;
let asked = 0;

const byId = (id) => document.getElementById(id);
const form = () => byId("note");
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
const values = (note) => Object.fromEntries(FIELDS.map((name) => [name, note.elements[name].value]));
const same = (one, other) => Boolean(one && other) && FIELDS.every((name) => one[name] === other[name]);
const slot = (note) => `note:${note.dataset.call}`;
const forget = (note) => localStorage.removeItem(slot(note));

function keep(note) {
  const copy = { ...values(note), version: Number(note.elements.version.value), at: serverNow(), sent };
  localStorage.setItem(slot(note), JSON.stringify(copy));
}

function fill(note, given) {
  for (const name of FIELDS) note.elements[name].value = given[name] ?? "";
  topics.showTopic();
}

function say(text, tone = "muted") {
  const place = byId("note-saved");
  if (!place) return;
  place.textContent = text;
  place.className = `small ${tone}`;
}

const sayKept = (at) => say(`${texts.saved} ${new Date(at).toLocaleTimeString([], { hour12: false })}`);

// A card's number is neither sent nor kept here; the field says so until it is gone.
function card(note) {
  const fields = [note.elements.summary, note.elements.caller_name];
  for (const field of fields) field.toggleAttribute("aria-invalid", holdsCard(field.value));
  const held = fields.find((field) => field.hasAttribute("aria-invalid"));
  held?.setAttribute("aria-invalid", "true");
  if (held) say(texts.card, "wrong");
  return held;
}

async function send(note) {
  if (card(note)) return;
  const before = sent;
  const data = new FormData(note);
  dirty = false;
  sent = values(note);
  keep(note);
  try {
    const answer = await fetch(note.dataset.draft, {
      method: "POST", body: data, keepalive: true, headers: { "X-CSRFToken": token() },
    });
    const result = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.status === 409) return refused(note, result, before);
    if (!answer.ok) throw new Error(answer.status);
    note.elements.version.value = result.version;
    if (dirty) keep(note);
    else forget(note);
    sayKept(result.at);
  } catch {
    say(texts.unsaved, "wrong");
    dirty = true;
    timer ??= setTimeout(flush, RETRY);
  }
}

// What is newer on the server may be our own draft, sent before a crash and received after the page was made.
function refused(note, { error, current }, before) {
  if (!same(current, before)) return say(error, "wrong");
  note.elements.version.value = current.version;
  dirty = true;
  timer ??= setTimeout(flush, 0);
}

export function flush() {
  clearTimeout(timer);
  timer = undefined;
  const note = form();
  if (note && dirty) sending = sending.then(() => send(note));
  return sending;
}

function changed() {
  const note = form();
  typed = serverNow();
  dirty = true;
  wrap();
  if (card(note)) return forget(note);
  if (byId("note-saved").classList.contains("wrong")) say("");
  keep(note);
  timer ??= setTimeout(flush, DELAY);
}

export function keepNow() {
  dirty = true;
  flush();
}

export async function save(then = "") {
  const note = form();
  if (!note || saving) return;
  const held = card(note);
  if (held) return held.focus();
  clearTimeout(timer);
  timer = undefined;
  saving = note.dataset.call;
  await sending; // a draft on its way knows the next version
  dirty = false;
  const given = { ...Object.fromEntries(new FormData(note)), have: byId("have").value, then };
  const how = { source: byId("desk"), target: "#now", swap: "innerHTML", values: given };
  await htmx.ajax("POST", note.action, how).catch(() => {});
  if (form() === note) changed(); // it was refused, or the line is down: still a draft
  else forget(note);
  saving = "";
}

// --- the wrap-up's clock ---------------------------------------------------------------------------------------------
function wrap() {
  const ring = document.querySelector("[data-wrap]");
  if (!ring) return;
  const planned = Date.parse(ring.dataset.wrap);
  const left = Math.max(0, Math.max(planned, typed + TYPING) - serverNow()) / 1000;
  const rest = Math.min(100, (100 * left) / ring.dataset.wrapSeconds);
  ring.querySelector(".rest").setAttribute("stroke-dasharray", `${rest} 100`);
  ring.querySelector("[data-wrap-left]").textContent = clock(left);
  ring.parentElement.classList.toggle("waits", typed + TYPING > Math.max(planned, serverNow()));
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

// --- texts: "::" and "??" --------------------------------------------------------------------------------------------
async function offerTexts(area) {
  const [, mark, query] = area.value.slice(0, area.selectionStart).match(MARK) ?? [];
  const turn = ++asked;
  if (!mark) return suggest(area, []);
  const answer = await fetch(`${area.dataset.texts}?${new URLSearchParams({ mark, q: query })}`).catch(() => null);
  if (!answer?.ok || turn !== asked) return;
  suggest(area, (await answer.json()).texts, ({ text }) => {
    const start = area.value.slice(0, area.selectionStart).search(MARK);
    area.setRangeText(text, start, area.selectionStart, "end");
    changed();
  });
}

// The page may have been made before the last draft arrived, or the draft be of another tab: the newer one wins.
export function restore() {
  restoreTicks();
  wrap();
  const note = form();
  if (!note || note.dataset.restored) return;
  note.dataset.restored = "yes";
  [sent, dirty, discarded] = [undefined, false, undefined];
  const { drafted } = note.dataset;
  if (drafted) sayKept(drafted);
  const copy = saving === note.dataset.call ? null : JSON.parse(localStorage.getItem(slot(note)));
  if (copy && isNewer(copy, note) && !same(values(note), copy)) {
    sent = copy.sent;
    fill(note, copy);
    return changed();
  }
  if (copy) forget(note);
  topics.showTopic();
}

function isNewer(copy, note) {
  const seen = Number(note.elements.version.value);
  return copy.version >= seen || same(values(note), copy.sent) || copy.at > Date.parse(note.dataset.drafted);
}

function act({ target }) {
  const button = target.closest("#same-as-last, #discard, #undo");
  if (!button) return;
  const note = form();
  const { topic, outcome, name } = button.dataset;
  const before = values(note);
  if (button.id === "same-as-last") fill(note, { ...before, topic, outcome, caller_name: name || before.caller_name });
  else fill(note, button.id === "undo" ? discarded : BLANK);
  changed();
  discarded = before;
  byId("undo").hidden = button.id !== "discard";
  if (button.id === "discard") say(texts.discarded);
}

export function bind(said) {
  texts = said;
  topics.bind(changed);
  document.addEventListener("input", ({ target }) => {
    if (target.closest("#note") && target.id !== "topic-find") changed();
    if (target.id === "note-summary") offerTexts(target);
    const list = target.closest("[data-ticks]");
    if (list) keepTicks(list);
  });
  document.addEventListener("click", act);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && event.target.matches("#note input")) event.preventDefault(); // not yet
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "note") return;
    event.preventDefault();
    save(event.submitter?.value);
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.shouldSwap && detail.target.id === "now" && !saving) flush();
  });
  addEventListener("pagehide", flush);
  setInterval(wrap, 1000);
  restore();
}
