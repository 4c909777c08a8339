// The operator's desk.
import { ringing } from "../telephony/tones.js";
import * as note from "./note.js";

const byId = (id) => document.getElementById(id);
const on = (name, then, early) => document.addEventListener(name, then, early);
const typing = (target) => target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
const desk = byId("desk");
const text = desk?.dataset;
const title = document.title;
let phone, connecting, answering, muted = false;

function bar(id, words) {
  byId(id).textContent = words;
  byId(id).hidden = !words;
}

// --- telephone
async function connect() {
  if (text.device !== "browser") return;
  connecting ??= register();
  try {
    await connecting;
    bar("desk-phone", "");
  } catch (error) {
    connecting = undefined;
    bar("desk-phone", text.textPhone);
    throw error;
  }
}

async function register() {
  const { createSoftphone } = await import(text.softphone);
  phone = createSoftphone({ ...(await credentials()), token: async () => (await credentials()).token });
  phone.addEventListener("incoming", () => answering && phone.accept());
  phone.addEventListener("caption", ({ detail }) => caption(detail));
  phone.addEventListener("ended", () => ((answering = false), mute(false)));
  phone.addEventListener("error", () => bar("desk-phone", text.textPhone));
  phone.addEventListener("state", ({ detail }) => detail.state !== "offline" && bar("desk-phone", ""));
  if (!(await phone.register())) throw new Error("not registered");
}

async function credentials() {
  const answer = await fetch(text.tokenUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

function caption({ text: words, from }) {
  const list = byId("captions");
  if (!list || !words || (from && !["say", "voice"].includes(from))) return; // tones are no words
  list.append(Object.assign(document.createElement("li"), { textContent: words }));
  if (list.children.length > 2) list.firstElementChild.remove();
  list.hidden = false;
}

function answer() {
  const button = byId("answer");
  if (!button || button.disabled) return;
  button.disabled = answering = true;
  quiet();
  connect().then(() => phone.state === "ringing" && phone.accept(), () => (button.disabled = answering = false));
}

function mute(wanted) {
  if (wanted !== muted) phone?.mute(wanted);
  muted = wanted;
  const button = byId("mute");
  if (!button) return;
  button.ariaPressed = muted;
  button.querySelector("span").textContent = muted ? text.textMuted : text.textMute;
}

// --- ring
let flashing;
const tryRing = () => setTimeout(ringing(), 100);

function ring(hotline) {
  let odd = false;
  const flash = () => (document.title = (odd = !odd) ? text.textRing : title);
  flashing = setInterval(flash, 1500);
  flash();
  byId("desk-rings").textContent = `${text.textNotify}: ${hotline}`;
  if (!document.hidden || window.Notification?.permission !== "granted") return;
  const notice = new Notification(text.textNotify, { body: hotline, tag: "hotline-ring", requireInteraction: true });
  notice.onclick = () => (window.focus(), notice.close());
}

function quiet() {
  clearInterval(flashing);
  document.title = title;
  byId("desk-rings").textContent = "";
}

async function offerOutputs(select) {
  const able = window.AudioContext?.prototype.setSinkId && navigator.mediaDevices;
  select.closest(".field").hidden = !able;
  const devices = able ? await navigator.mediaDevices.enumerateDevices() : [];
  select.length = 1; // the usual output
  for (const { kind, deviceId, label } of devices)
    if (kind === "audiooutput" && deviceId) select.add(new Option(label || `${select.dataset.output} ${select.length}`, deviceId));
  select.value = localStorage.getItem("ring-device") ?? "";
}

// --- my state
let heard; // the test ring, once a page

async function choose(state, reason = "") {
  byId("state-menu").hidePopover();
  if (state === "ready") {
    if (!heard) tryRing();
    heard = true;
    if (window.Notification?.permission === "default") Notification.requestPermission();
    try {
      await connect();
    } catch {
      return; // not ready without a telephone: nobody would ring
    }
  }
  const values = { state, reason, have: byId("have").value };
  await htmx.ajax("POST", text.stateUrl, { source: desk, target: "#now", swap: "innerHTML", values });
  if (state === "offline") {
    phone?.unregister();
    phone = connecting = undefined;
  }
}

// --- tabs
const tabs = () => [...desk.querySelectorAll("[role=tab]")];
const panel = (tab) => byId(tab.getAttribute("aria-controls"));
const hits = (tab) => panel(tab).querySelectorAll("[data-hit]").length;

function show(chosen) {
  for (const tab of tabs()) {
    tab.ariaSelected = tab === chosen;
    tab.tabIndex = tab === chosen ? 0 : -1;
    panel(tab).hidden = tab !== chosen;
  }
}

function searched() {
  const query = byId("answers-query").value.trim();
  const [script, ...others] = tabs();
  for (const tab of others) tab.lastElementChild.textContent = query ? ` ${hits(tab)}` : "";
  const shown = others.find((tab) => !panel(tab).hidden);
  if (query && !(shown && hits(shown))) show(others.find(hits) ?? shown ?? others[0]);
  if (!query && byId("found-script").querySelector(".script")) show(script);
}

function turn(event) {
  const at = tabs().indexOf(event.target);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  tabs().at(to % tabs().length).focus();
}

let about; // the call whose script came forward
function scriptForward() {
  const call = desk.querySelector(".script")?.dataset.call ?? "";
  if (call === about) return;
  const search = byId("answers-query");
  if (about !== undefined && search.value) {
    search.value = "";
    htmx.trigger(search, "search");
  }
  about = call;
  show(tabs()[call ? 0 : 1]);
}

// --- what came
let rung; // the offer that has our attention
let ringFocus; // a new fragment must not move a finger from Decline to Answer
let warned; // the missed call that had the focus
let queue; // as last said
let unheard = 0;

function settleRing(dialog) {
  if (!dialog.open) dialog.showModal();
  if (rung !== dialog.dataset.offer) {
    rung = dialog.dataset.offer;
    answering = false;
    ringFocus = "answer";
    quiet();
    (dialog.dataset.own ? answer : ring)(byId("ring-hotline").textContent);
  }
  (byId(ringFocus) ?? byId("answer") ?? byId("decline")).focus();
  if (answering && byId("answer")) byId("answer").disabled = true;
}

function settleQueue() {
  const words = byId("lines-waiting").textContent;
  const here = desk.querySelector("[data-waiting-here]");
  if (here) here.textContent = `${words}.`;
  if (queue && words !== queue && !(byId("hang-up") && byId("quiet").checked)) byId("desk-says").textContent = words;
  queue = words;
}

function settle() {
  const dialog = byId("ring");
  if (dialog) settleRing(dialog);
  else if (rung) rung = quiet();
  const way = desk.querySelector("#desk-notice [data-focus]");
  const missed = way?.closest("p").textContent;
  const active = document.activeElement;
  if (way && (active === document.body || (missed !== warned && !typing(active)))) way.focus();
  warned = missed;
  mute(muted); // the server does not know
  scriptForward();
  settleQueue();
  note.restore();
}

function pressed(event) {
  turn(event);
  const { key, ctrlKey, target } = event;
  const known = (key.length > 1 || !(typing(target) || ctrlKey)) && `main [id][aria-keyshortcuts="${CSS.escape(key)}"]`;
  const found = known && document.querySelector(known);
  let act = found && (() => found[found.placeholder ? "focus" : "click"]());
  if (key === "Enter" && byId("ring") && target.id !== "decline") act = answer;
  if (ctrlKey && byId("note")) act = { Enter: () => note.save(), s: note.keepNow }[key] ?? act;
  if (!act) return;
  event.preventDefault();
  act();
}

function clicked({ target }) {
  const wish = target.closest("[data-state]");
  const tab = target.closest("[role=tab]");
  if (wish) choose(wish.dataset.state);
  if (tab) show(tab);
  if (target.closest("#answer")) answer();
  if (target.closest("#decline") && phone?.state === "ringing") phone.decline();
  if (target.closest("#mute")) mute(!muted);
  if (target.dataset.digit) phone?.press(target.dataset.digit);
  if (target.closest("#sound-on, #sound-test")) tryRing();
  byId("desk-sound").hidden = true;
}

function begin() {
  on("click", clicked);
  on("keydown", pressed);
  on("focusin", ({ target }) => {
    if (target.closest("#ring") && target.id !== "ring") ringFocus = target.id;
    if (target.role === "tab") show(target);
  });
  on("cancel", (event) => event.target.id === "ring" && event.preventDefault(), true);
  on("submit", (event) => {
    const { stateForm } = event.target.dataset;
    if (!stateForm) return;
    event.preventDefault();
    choose(stateForm, event.target.elements.reason.value);
    event.target.reset();
  });
  on("htmx:afterRequest", ({ detail }) => detail.elt.id === "hang-up" && phone?.state === "connected" && phone.hangUp());
  on("htmx:afterOnLoad", ({ detail }) => detail.target.id === "now" && detail.elt.closest(".sound")?.hidePopover());
  on("htmx:afterSettle", ({ detail }) => detail.target?.id === "found-answers" && searched());
  on("htmx:afterSettle", settle);
  on("htmx:oobAfterSwap", settle);
  on("live:beat", ({ detail }) => {
    unheard = detail.reached ? 0 : unheard + 1;
    bar("desk-lost", unheard < 2 ? "" : text.textLost);
    if ([401, 403].includes(detail.status)) location.reload();
  });
  addEventListener("beforeunload", (event) => phone?.state === "connected" && event.preventDefault());
  byId("sound").addEventListener("toggle", ({ newState }) => newState === "open" && offerOutputs(byId("ring-device")));
  byId("sound").addEventListener("change", ({ target }) => {
    localStorage.setItem(target.id, target.id === "quiet" ? target.checked : target.value);
    if (target.id === "ring-device") tryRing();
  });
  byId("quiet").checked = localStorage.getItem("quiet") !== "false";
  note.bind(text);
  settle();
  const signedOn = document.querySelector("#state-now .state:not(.tone-quiet)");
  if (signedOn) connect().catch(() => {});
  byId("desk-sound").hidden = !signedOn || navigator.userActivation?.hasBeenActive !== false; // browsers wait for a touch
}

if (desk) begin();
