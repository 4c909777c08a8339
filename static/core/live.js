// Live fragments: an element with data-live="topic topic" and hx-trigger="live" is fetched again when one is announced.
// No state lives here: a lost message costs the seconds until the slow poll, never a wrong screen.
import { Heartbeat, LiveConnection } from "./live-connection.js";

const POLL = 20000;
const PATIENCE = 5000;
const banner = document.getElementById("live-banner");
const lock = `hotline-page-${crypto.randomUUID?.() ?? Math.random()}`;
const shown = new WeakMap(); // element -> what it was last given
const stale = new Set();
let channel;
let delayed;

const topicsOf = (element) => element.dataset.live.split(/\s+/).filter(Boolean);
const fragments = () => [...document.querySelectorAll("[data-live]")];

function refresh(elements) {
  for (const element of elements) element.dispatchEvent(new CustomEvent("live", { bubbles: false }));
}

function onTopics(topics) {
  const heard = new Set(topics);
  document.dispatchEvent(new CustomEvent("live:topics", { detail: { topics: heard } }));
  refresh(fragments().filter((element) => topicsOf(element).some((topic) => heard.has(topic))));
}

function onStatus(live) {
  document.documentElement.dataset.liveStatus = live ? "live" : "delayed";
  clearTimeout(delayed);
  if (live) banner.hidden = true;
  else delayed = setTimeout(() => (banner.hidden = false), PATIENCE);
  document.dispatchEvent(new CustomEvent("live:status", { detail: { live } }));
}

const onBeat = (beat) => document.dispatchEvent(new CustomEvent("live:beat", { detail: beat }));

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
    if (data.kind === "beat") onBeat(data);
  };
  worker.port.start();
  setInterval(() => worker.port.postMessage({ kind: "here" }), POLL);
  addEventListener("pagehide", () => worker.port.postMessage({ kind: "bye" }));
  return (wish) => worker.port.postMessage(wish);
}

function alone() {
  const connection = new LiveConnection({ onTopics, onStatus });
  const heartbeat = new Heartbeat(onBeat);
  return (wish) => {
    connection.listenTo(wish.topics);
    if (wish.heartbeat) heartbeat.start(wish.heartbeat);
  };
}

function listen() {
  if (!fragments().length && !document.querySelector("[data-heartbeat]")) return;
  channel ??= "SharedWorker" in window ? shared() : alone();
  channel(wishes());
}

// --- swapping only what changed, and never under somebody's hands --------------------------------------------------
const essence = (html) => html.replace(/(data-(?:since|until)="[^"]*">)[^<]*/g, "$1").trim();
const typing = (element) => element.matches("input:not([type=button]), textarea, select");

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const target = detail.target;
  if (!target?.dataset?.live || detail.xhr.status !== 200) return;
  const text = essence(detail.xhr.responseText);
  if (shown.get(target) === text) {
    detail.shouldSwap = false;
    return;
  }
  const active = document.activeElement;
  if (!("liveAnyway" in target.dataset) && target.contains(active) && typing(active)) {
    detail.shouldSwap = false;
    stale.add(target);
    return;
  }
  shown.set(target, text);
});
document.addEventListener("focusout", () => {
  const waiting = [...stale];
  stale.clear();
  setTimeout(() => refresh(waiting.filter((element) => element.isConnected)), 0);
});
document.addEventListener("htmx:afterSettle", listen);

if (navigator.locks) navigator.locks.request(lock, () => new Promise(() => {})); // held until this page is gone
setInterval(() => refresh(fragments()), POLL);
addEventListener("pageshow", (event) => event.persisted && listen());
listen();
