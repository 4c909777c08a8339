// Keeps the page current, as docs/live-screens.md tells. No state lives here.
import { Heartbeat, LiveConnection } from "./live-connection.js";

const POLL = 20000;
const CALM = 60000; // the same while the stream stands
const PATIENCE = 5000;
const PACE = 300;
const banner = document.getElementById("live-banner");
const lock = `hotline-page-${crypto.randomUUID?.() ?? Math.random()}`;
const shown = new WeakMap(); // element -> what it was last given
const pace = new Map(); // address -> { timer, at }
const failed = new WeakMap(); // element -> the sentence that says so
const stale = new Set();
let channel;
let delayed;
let held = false; // our lock: before it, the worker would get it and take us for gone
let live = true;
let late = false;

const topicsOf = (element) => element.dataset.live.split(/\s+/).filter(Boolean);
const fragments = () => [...document.querySelectorAll("[data-live]")];
const urlOf = (element) => element.getAttribute("hx-get");
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`live:${name}`, { detail }));
const paceOf = (url) => pace.get(url) ?? pace.set(url, { at: -Infinity }).get(url);

function refresh(elements) {
  const first = new Map(elements.toReversed().map((element) => [urlOf(element), element]));
  first.forEach(ask);
}

function ask(element) {
  if (document.hidden && !("liveAnyway" in element.dataset)) return; // fetched when somebody looks again
  const known = paceOf(urlOf(element));
  known.timer ??= setTimeout(() => {
    known.timer = undefined;
    known.at = performance.now();
    fragments().find((each) => urlOf(each) === urlOf(element))?.dispatchEvent(new CustomEvent("live"));
  }, Math.max(0, known.at + (element.dataset.livePace ?? PACE) * 1 - performance.now()));
}

function put(target, html) {
  const select = `[id="${target.id}"]`;
  if (html.includes(select.slice(1, -1)) && takes(target, html))
    htmx.swap(target, html, { swapStyle: "morph" }, { select, contextElement: target, eventInfo: { target } });
}

// A part that the stream brought, unless one is on its way that may be older.
function give([topic, html]) {
  const its = fragments().filter((each) => topicsOf(each).includes(topic));
  if (its.some((each) => each.matches(".htmx-request"))) return refresh(its);
  for (const each of its) {
    paceOf(urlOf(each)).at = performance.now();
    put(each, html);
  }
}

function onTopics(topics) {
  if (!Array.isArray(topics)) return Object.entries(topics).forEach(give);
  const heard = new Set(topics);
  tell("topics", { topics: heard });
  refresh(fragments().filter((element) => topicsOf(element).some((topic) => heard.has(topic))));
}

function onStatus(now) {
  live = now;
  late = false;
  document.documentElement.dataset.liveStatus = live ? "live" : "delayed";
  clearTimeout(delayed);
  if (!live) delayed = setTimeout(() => ((late = true), warn()), PATIENCE);
  warn();
  tell("status", { live });
}

function warn() {
  const offline = !navigator.onLine;
  for (const words of banner.querySelectorAll("[data-when]")) words.hidden = offline !== (words.dataset.when === "offline");
  banner.hidden = !offline && !late;
}

function wishes() {
  const desk = document.querySelector("[data-heartbeat]");
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
  return {
    kind: "hello",
    lock: navigator.locks ? lock : "",
    topics: [...new Set(fragments().flatMap(topicsOf))],
    heartbeat: desk ? { url: desk.dataset.heartbeat, token } : null,
  };
}

function shared() {
  const worker = new SharedWorker(document.getElementById("live").dataset.worker, { type: "module", name: "hotline" });
  worker.port.onmessage = ({ data }) => {
    if (data.kind === "topics") onTopics(data.topics);
    if (data.kind === "status") onStatus(data.live);
    if (data.kind === "beat") tell("beat", data);
  };
  worker.port.start();
  setInterval(() => worker.port.postMessage({ kind: "here" }), POLL);
  addEventListener("pagehide", () => worker.port.postMessage({ kind: "bye" }));
  return (wish) => worker.port.postMessage(wish);
}

function alone() {
  const connection = new LiveConnection({ onTopics, onStatus });
  const heartbeat = new Heartbeat((beat) => tell("beat", beat));
  return (wish) => {
    connection.listenTo(wish.topics);
    if (wish.heartbeat) heartbeat.start(wish.heartbeat);
  };
}

function listen() {
  if (!held || (!fragments().length && !document.querySelector("[data-heartbeat]"))) return;
  channel ??= "SharedWorker" in window ? shared() : alone();
  channel(wishes());
}

// --- changing in place: focus, scrolling, open parts, selected text stay
let added; // what htmx has to look at afterwards
const typing = (element) => element === document.activeElement && element.matches("input:not([type=button]), textarea, select");
const isClock = ({ dataset }) => dataset && ("since" in dataset || "until" in dataset); // timers.js counts it
// The same id with another address is another form: nothing typed may wander to the next call.
const keyOf = (node) => node.dataset?.key || (node.id && node.id + (node.getAttribute("action") ?? ""));

function update(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.replaceWith(fresh);
    return;
  }
  if (old.isEqualNode(fresh) || typing(old)) return;
  for (const { name } of [...old.attributes, ...fresh.attributes]) {
    const value = fresh.getAttribute(name);
    if (name === "open" || old.getAttribute(name) === value) continue; // a person opens and closes
    if (value === null) old.removeAttribute(name);
    else old.setAttribute(name, value);
    if (name.startsWith("hx-")) added?.push(old);
  }
  if (!isClock(old)) children(old, fresh);
}

function children(old, fresh) {
  const wanted = new Set([...fresh.children].map(keyOf));
  const kept = new Map();
  for (const child of [...old.children]) {
    const key = keyOf(child);
    if (key && !wanted.has(key)) child.remove();
    else if (key) kept.set(key, child);
  }
  let at = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const key = keyOf(node);
    const match = key ? kept.get(key) : at && !keyOf(at) && at;
    if (match && match.nodeName === node.nodeName) {
      if (match !== at) old.insertBefore(match, at);
      at = match.nextSibling;
      update(match, node);
    } else {
      old.insertBefore(node, at);
      added?.push(node);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

// `hx-swap="morph"` makes an element like the one that came, `morphInner` its inside.
htmx.defineExtension("live", {
  isInlineSwap: (style) => style === "morph",
  handleSwap(style, target, fragment) {
    if (!style.startsWith("morph")) return false;
    const focused = document.activeElement;
    const fresh = fragment.firstElementChild;
    added = [];
    if (style === "morphInner") children(target, fragment);
    else if (fresh?.nodeName === target.nodeName) update(target, fresh);
    else target.replaceWith(fragment);
    if (focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
    return added;
  },
});

// Whoever asked may be gone: what came of it is told.
const heard = (event) => event.target.isConnected || event.preventDefault();
document.addEventListener("htmx:beforeRequest", ({ target }) => target.addEventListener("htmx:beforeOnLoad", heard, { once: true }));

const essence = (html) => html.replace(/(data-(?:since|until)="[^"]*">)[^<]*/g, "$1").trim();

// Not the same again, and never under somebody's hands.
function takes(element, html) {
  const text = essence(html);
  if (shown.get(element) === text) return false;
  const active = document.activeElement;
  if (!("liveAnyway" in element.dataset) && element.contains(active) && typing(active)) {
    stale.add(element);
    return false;
  }
  shown.set(element, text);
  return true;
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, elt, xhr } = detail;
  if (!target?.dataset?.live || xhr.status !== 200) return;
  failed.get(target)?.remove();
  const html = xhr.responseText;
  const own = elt === target;
  if (own) for (const each of fragments()) if (each !== target && urlOf(each) === urlOf(target)) put(each, html);
  if (!takes(target, html)) detail.shouldSwap = false;
  else if (detail.swapOverride !== "none") detail.swapOverride = own && target.getAttribute("hx-swap") === "outerHTML" ? "morph" : "morphInner";
});

// A part that was not fetched says so, unless the banner does.
function fails({ detail: { elt, xhr } }) {
  if (!elt.matches("[data-live]:not([id^=frame-])") || !live || !navigator.onLine || xhr.status === 401 || failed.get(elt)?.isConnected) return;
  const words = document.getElementById("fragment-failed").content.firstElementChild.cloneNode(true);
  if (elt.matches("div, section")) elt.prepend(words);
  else elt.before(words);
  failed.set(elt, words);
  shown.delete(elt);
  words.querySelector("button").onclick = () => (words.remove(), ask(elt));
}
for (const name of ["responseError", "sendError", "timeout"]) document.addEventListener(`htmx:${name}`, fails);

document.addEventListener("focusout", () => {
  const waiting = [...stale];
  stale.clear();
  setTimeout(() => refresh(waiting.filter((element) => element.isConnected)), 0);
});
document.addEventListener("htmx:afterSettle", listen);

const begin = () => ((held = true), listen(), new Promise(() => {})); // the lock is held until this page is gone
if (navigator.locks) navigator.locks.request(lock, begin);
else begin();
const all = () => refresh(fragments());
const old = (element) => performance.now() - paceOf(urlOf(element)).at > (live ? CALM : 0);
setInterval(() => refresh(fragments().filter(old)), POLL);
document.addEventListener("visibilitychange", all);
for (const name of ["online", "offline"]) addEventListener(name, () => (warn(), all()));
addEventListener("pageshow", (event) => event.persisted && listen());
