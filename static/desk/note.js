// The note: kept in this browser at each keystroke and on the server within two seconds.
import { clock, serverNow } from "../core/timers.js";

const DELAY = 1200;
const RETRY = 3000;
const TYPING = 10000; // as calls.notes
const FIELDS = ["topic", "outcome", "summary", "caller_name"];
const MARK = /(::|\?\?)([^\n:?]{0,40})$/;
let timer;
let sending = Promise.resolve();
let saving;
let seen; // the newest version on the server
let dirty = false;
let sent; // ours
let typed = 0;
let discarded;
let text;
let asked = 0;

const byId = (id) => document.getElementById(id);
const form = () => byId("note");
const on = (name, then, early) => document.addEventListener(name, then, early);
const values = (note) => Object.fromEntries(FIELDS.map((name) => [name, note.elements[name].value]));
const same = (one, other) => Boolean(one && other) && FIELDS.every((name) => one[name] === other[name]);
const slot = (note) => `note:${note.dataset.call}`;
const forget = (note) => localStorage.removeItem(slot(note));
const version = (note) => note.elements.version;

function keep(note) {
  const copy = { ...values(note), version: Number(version(note).value), at: serverNow(), sent };
  localStorage.setItem(slot(note), JSON.stringify(copy));
}

function fill(note, given) {
  for (const name of FIELDS) note.elements[name].value = given[name] ?? "";
  showTopic();
}

function say(words, wrong = false) {
  const place = byId("note-saved");
  if (!place) return;
  place.textContent = words;
  place.classList.toggle("wrong", wrong);
}

const sayKept = (at) => say(`${text.textSaved} ${new Date(at).toLocaleTimeString([], { hour12: false })}`);

// --- card numbers never leave the page; the rule is that of calls/cards.py
const RUN = /(?<![\d+])\d+(?:[ .\-\u00a0]\d+)*/g;
const SECRET = /\b(?:cvv2?|cvc2?)\b\D{0,12}\d{3,4}(?!\d)/i;

function isCard(digits) {
  const sum = [...digits].reverse().reduce((total, digit, n) => {
    const value = digit * (1 + (n % 2));
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return /^(?=.{13,19}$)(?:3|4|5[0-8]|6|2[2-7])/.test(digits) && sum % 10 === 0;
}

// Each group alone, and neighbours read as one number.
function hasCard(groups) {
  return groups.some((group, first) => {
    let digits = group;
    let next = first + 1;
    while (!isCard(digits) && digits.length < 19 && group.length < 8 && groups[next]?.length < 8) digits += groups[next++];
    return isCard(digits);
  });
}

export const holdsCard = (words) => SECRET.test(words) || (words.match(RUN) ?? []).some((run) => hasCard(run.match(/\d+/g)));

function card(note) {
  const held = [note.elements.summary, note.elements.caller_name].filter((field) => {
    field.ariaInvalid = holdsCard(field.value) || null;
    return field.ariaInvalid;
  });
  if (held[0]) say(text.textCard, true);
  return held[0];
}

// --- drafts
async function send(note) {
  if (card(note)) return;
  const before = sent;
  const body = new FormData(note);
  const headers = { "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"] };
  dirty = false;
  sent = values(note);
  keep(note);
  try {
    const answer = await fetch(note.dataset.draft, { method: "POST", body, keepalive: true, headers });
    if (answer.status === 409) return refused(note, await answer.json(), before);
    if (!answer.ok) throw new Error(answer.status);
    const result = await answer.json();
    version(note).value = seen = result.version;
    if (dirty) keep(note);
    else forget(note);
    sayKept(result.at);
  } catch {
    say(text.textUnsaved, true);
    dirty = true;
    timer ??= setTimeout(flush, RETRY);
  }
}

// What is newer may be our own draft of before a crash. Somebody else's is shown, and replaced knowingly.
function refused(note, { error, current }, before) {
  if (!current) return say(error, true);
  seen = current.version;
  if (!same(current, before)) return say(`${error} “${current.summary}”`, true);
  version(note).value = seen;
  dirty = true;
  timer ??= setTimeout(flush, 0);
}

function flush() {
  clearTimeout(timer);
  timer = undefined;
  const note = form();
  if (note && dirty) sending = sending.then(() => send(note));
}

function changed() {
  const note = form();
  typed = serverNow();
  dirty = true;
  wrap();
  if (card(note)) return forget(note);
  if (byId("note-saved").matches(".wrong")) say("");
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
  saving = slot(note);
  const { saved } = note.dataset;
  await sending; // a draft on its way knows the next version
  dirty = false;
  version(note).value = seen ?? version(note).value;
  const given = { ...Object.fromEntries(new FormData(note)), have: byId("have").value, then };
  const how = { source: byId("desk"), target: "#now", swap: "innerHTML", values: given };
  await htmx.ajax("POST", note.action, how).catch(() => {});
  if (form() === note && note.dataset.saved === saved) changed(); // it was refused, or the line is down: still a draft
  else forget(note);
  saving = undefined;
}

// The page may have been made before the last draft arrived: the newer one wins.
export function restore() {
  restoreTicks();
  wrap();
  const note = form();
  if (!note || note.dataset.restored) return;
  note.dataset.restored = "yes";
  [sent, seen, dirty] = [undefined, undefined, false];
  if (note.dataset.drafted) sayKept(note.dataset.drafted);
  const copy = saving === slot(note) ? null : JSON.parse(localStorage.getItem(slot(note)));
  if (copy && isNewer(copy, note) && !same(values(note), copy)) {
    sent = copy.sent;
    fill(note, copy);
    return changed();
  }
  if (copy) forget(note);
  showTopic();
}

function isNewer(copy, note) {
  const drafted = Date.parse(note.dataset.drafted);
  return copy.version >= Number(version(note).value) || same(values(note), copy.sent) || copy.at > drafted;
}

function act({ target }) {
  const { id, dataset } = target.closest("#same-as-last, #discard, #undo") ?? {};
  if (!id) return;
  const note = form();
  const before = values(note);
  if (id === "same-as-last") fill(note, { ...before, ...dataset, caller_name: dataset.name || before.caller_name });
  else fill(note, id === "undo" ? discarded : { outcome: "answered" });
  changed();
  discarded = before;
  byId("undo").hidden = id !== "discard";
  if (id === "discard") say(text.textDiscarded);
}

// --- the wrap-up's clock
function wrap() {
  const ring = document.querySelector("[data-wrap]");
  if (!ring) return;
  const planned = Date.parse(ring.dataset.wrap);
  const left = Math.max(0, Math.max(planned, typed + TYPING) - serverNow()) / 1000;
  const rest = Math.min(100, (100 * left) / ring.dataset.wrapSeconds);
  ring.querySelector(".rest").setAttribute("stroke-dasharray", `${rest} 100`);
  ring.querySelector("span").textContent = clock(left);
  ring.parentElement.classList.toggle("waits", typed + TYPING > Math.max(planned, serverNow()));
}

// --- ticks of the script, for this tab
const boxes = () => [...document.querySelectorAll("[data-ticks] input")];
const ticks = () => `ticks:${boxes()[0]?.closest("ol").dataset.ticks}`;
const keepTicks = () => sessionStorage.setItem(ticks(), boxes().map((box) => Number(box.checked)));
const restoreTicks = () => boxes().forEach((box, at) => (box.checked = sessionStorage.getItem(ticks())?.[2 * at] === "1"));

// --- texts: "::" and "??"
async function offerTexts(area) {
  const before = () => area.value.slice(0, area.selectionStart);
  const [, mark, q] = before().match(MARK) ?? [];
  const turn = ++asked;
  if (!mark) return suggest(area, []);
  const answer = await fetch(`${area.dataset.texts}?${new URLSearchParams({ mark, q })}`).catch(() => {});
  if (!answer?.ok || turn !== asked) return;
  suggest(area, (await answer.json()).texts, (chosen) => {
    area.setRangeText(chosen.text, before().search(MARK), area.selectionStart, "end");
    changed();
  });
}

// --- suggestions under a field, which keeps the focus
const list = () => byId("picks");
let open; // {field, items, take, at}

function mark(at) {
  open.at = (at + open.items.length) % open.items.length;
  [...list().children].forEach((option, n) => option.setAttribute("aria-selected", String(n === open.at)));
  list().children[open.at].scrollIntoView({ block: "nearest" });
  open.field.setAttribute("aria-activedescendant", `pick-${open.at}`);
}

function close() {
  open?.field.removeAttribute("aria-activedescendant");
  expand(open?.field, false);
  open = undefined;
}

function expand(field, wide) {
  if (field?.role) field.ariaExpanded = String(wide);
  if (list()) list().hidden = !wide;
}

// `items` are {name, text}; `take` is given the one that was chosen.
function suggest(field, items, take) {
  close();
  if (!items.length || document.activeElement !== field) return;
  open = { field, items, take };
  field.closest(".field").append(list());
  list().replaceChildren(
    ...items.map(({ name, text = "" }, n) => {
      const option = Object.assign(document.createElement("li"), { id: `pick-${n}`, role: "option" });
      option.append(name, Object.assign(document.createElement("small"), { textContent: text }));
      return option;
    }),
  );
  expand(field, true);
  mark(0);
}

function takeIt(at) {
  const { items, take } = open;
  close();
  take(items[at]);
}

const TAKE = () => takeIt(open.at);
const KEYS = { ArrowDown: () => mark(open.at + 1), ArrowUp: () => mark(open.at - 1), Enter: TAKE, Tab: TAKE, Escape: close };

function pressed(event) {
  if (!open || event.target !== open.field || !KEYS[event.key] || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  KEYS[event.key]();
}

// --- topics
const every = () => [...byId("topic-all").children].map((each) => ({ name: each.textContent, value: each.dataset.value }));

function showTopic() {
  const find = byId("topic-find");
  if (!find) return; // a hotline without topics
  const { value } = form().elements.topic;
  const pills = [...form().querySelectorAll(".pill[data-topic]")];
  const top = pills.find((pill) => pill.dataset.topic === value)?.dataset.within ?? value;
  for (const pill of pills) {
    const { topic, below } = pill.dataset;
    pill.ariaPressed = String(Boolean(value) && (topic === value || topic === top));
    if (below) byId(below).hidden = topic !== top;
  }
  const known = every().find((each) => each.value === value);
  if (document.activeElement !== find) find.value = known?.name ?? (value && find.defaultValue);
}

function choose(value) {
  form().elements.topic.value = value;
  showTopic();
  changed();
}

function offerTopics(find, words) {
  const fits = every().filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  suggest(find, fits, ({ name, value }) => {
    find.value = name;
    choose(value);
  });
}

function bindTopics() {
  on("keydown", pressed, true);
  on("mousedown", (event) => {
    const option = event.target.closest("#picks > li");
    if (!option) return;
    event.preventDefault(); // the focus stays
    takeIt([...list().children].indexOf(option));
  });
  on("click", ({ target }) => {
    const pill = target.closest(".pill[data-topic]");
    if (pill) choose(pill.dataset.topic);
  });
  on("focusin", ({ target }) => target.id === "topic-find" && target.select());
  on("focusout", ({ target }) => {
    if (target === open?.field) close();
    if (target.id === "topic-find") setTimeout(() => form() && showTopic());
  });
  on("keydown", (event) => {
    const { target, key, ctrlKey, altKey, metaKey } = event;
    if (target.id === "topic-find" && key === "ArrowDown") offerTopics(target, []);
    const group = target.closest?.(".pills[id]");
    const pill = group && /^[1-9]$/.test(key) && group.querySelectorAll("[data-topic]")[key - 1];
    if (!pill || ctrlKey || altKey || metaKey) return;
    event.preventDefault();
    choose(pill.dataset.topic);
    (document.querySelector(`#${pill.dataset.below} button`) ?? pill).focus(); // the next digit names one below
  });
}

export function bind(words) {
  text = words;
  bindTopics();
  on("input", ({ target }) => {
    if (target.id === "topic-find") offerTopics(target, target.value.toLowerCase().split(/[\s/]+/));
    else if (target.closest("#note")) changed();
    if (target.id === "note-summary") offerTexts(target);
    if (target.closest("[data-ticks]")) keepTicks();
  });
  on("click", act);
  on("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && event.target.matches("#note input")) event.preventDefault(); // not yet
  });
  on("submit", (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    save(event.submitter?.value);
  });
  on("htmx:beforeSwap", ({ detail }) => {
    if (detail.swapOverride === "none" && detail.requestConfig.parameters.have !== byId("have").value) detail.shouldSwap = false; // too late
    if (detail.shouldSwap && detail.target.id === "now" && !saving) flush();
  });
  addEventListener("pagehide", flush);
  setInterval(wrap, 1000);
}
