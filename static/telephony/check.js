// The telephone doctor of an operator: looks at this browser, and tells the server what it found by a code. The words,
// and what they mean, are the server's.

import { createSoftphone } from "./softphone.js";
import { ringing } from "./tones.js";

const list = document.getElementById("telephone-checks");
const says = document.getElementById("telephone-says");
const LISTEN = 6000; // how long the microphone is listened to
const LOUD = 0.04;
const REGISTER = 10000;
const STREAM = 8000;
let phone = null;

const row = (name) => document.getElementById(`check-${name}`);
const button = (act) => list.querySelector(`[data-act="${act}"]`);
const after = (ms) => new Promise((done) => setTimeout(done, ms));

async function keep(name, why) {
  if (!row(name) || row(name).dataset.why === why) return;
  await htmx.ajax("POST", list.dataset.keep, { target: `#check-${name}`, swap: "outerHTML", values: { name, why } });
  const found = row(name).querySelector(".check-body");
  says.textContent = [found.querySelector("h2"), found.querySelector("p")].map((each) => each.textContent.trim()).join(": ");
  show();
}

// --- notifications
const noticesNow = () => window.Notification?.permission ?? "missing";

async function notices(ask) {
  if (ask && noticesNow() === "default") await Notification.requestPermission();
  await keep("notices", noticesNow());
}

// --- live updates: the server is asked for a change, and it must come by the stream
async function stream() {
  const began = performance.now();
  const came = new Promise((done) => {
    const hear = ({ detail }) => {
      if (!detail.topics.has(list.dataset.topic)) return;
      document.removeEventListener("live:topics", hear);
      done(performance.now() - began);
    };
    document.addEventListener("live:topics", hear);
  });
  let took = null;
  for (let tries = 0; tries < 3 && took === null; tries += 1) {
    const headers = { "x-csrftoken": JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"] };
    const body = new URLSearchParams({ name: "stream", why: "asked" });
    await fetch(list.dataset.keep, { method: "POST", headers, body }).catch(() => {});
    took = await Promise.race([came, after(STREAM / 3).then(() => null)]);
  }
  await keep("stream", took === null ? "gone" : took > STREAM / 3 ? "late" : "live");
}

// --- the browser telephone
async function facts() {
  const answer = await fetch(list.dataset.tokenUrl);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function register() {
  if (!row("phone")) return;
  try {
    const first = await facts();
    phone ??= await made(first);
    const settled = new Promise((done) => phone.addEventListener("state", () => phone.state !== "offline" && done("registered")));
    const refused = new Promise((done) => phone.addEventListener("error", () => done("refused")));
    if (phone.state === "offline") phone.register();
    const found = phone.state === "offline" ? await Promise.race([settled, refused, after(REGISTER).then(() => "late")]) : "registered";
    await keep("phone", found);
  } catch {
    await keep("phone", "refused");
  }
}

function made({ identity, backend }) {
  const fresh = createSoftphone({ backend, identity, token: async () => (await facts()).token });
  fresh.addEventListener("state", show);
  fresh.addEventListener("caption", ({ detail }) => hear(detail.text));
  return fresh;
}

// --- the test call
function hear(text) {
  const words = document.getElementById("call-words");
  words.hidden = false;
  words.textContent = text;
}

// Which of the call's buttons there are follows from the telephone, whenever either changes.
function show() {
  const state = phone?.state;
  for (const [act, when] of [["answer", "ringing"], ["confirm", "connected"], ["hang-up", "connected"]]) {
    const found = button(act);
    if (found) found.hidden = state !== when;
  }
}
document.addEventListener("htmx:afterSettle", show);

// --- microphone
const WHY = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing" };

async function microphone() {
  if (!navigator.mediaDevices) return keep("mic", "insecure");
  const pressed = button("mic");
  const word = pressed.textContent;
  let sound;
  try {
    sound = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (problem) {
    return keep("mic", WHY[problem.name] ?? "busy");
  }
  pressed.textContent = pressed.dataset.busy;
  const loudest = await level(sound);
  for (const track of sound.getTracks()) track.stop();
  pressed.textContent = word;
  document.getElementById("mic-level").hidden = true;
  return keep("mic", loudest > LOUD ? "heard" : "quiet");
}

// Shows how loud it is; the loudest of the time it listens, which is over soon after something was heard.
async function level(sound) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(sound).connect(analyser);
  const meter = document.getElementById("mic-level");
  const wave = new Float32Array(analyser.fftSize);
  meter.hidden = false;
  let loudest = 0;
  const began = performance.now();
  let until = began + LISTEN;
  while (performance.now() < until) {
    analyser.getFloatTimeDomainData(wave);
    const now = Math.min(1, 2 * wave.reduce((most, each) => Math.max(most, Math.abs(each)), 0));
    meter.value = now;
    if (now > LOUD && loudest <= LOUD) until = Math.min(until, performance.now() + 1500);
    loudest = Math.max(loudest, now);
    await after(50);
  }
  await context.close();
  return loudest;
}

// --- the loudspeaker
async function ring() {
  const stop = ringing();
  for (const act of ["heard", "unheard"]) button(act).hidden = false;
  await after(2500);
  stop();
}

const ACTS = {
  mic: microphone,
  sound: ring,
  heard: () => keep("sound", "heard"),
  unheard: () => keep("sound", "unheard"),
  notices: () => notices(true),
  phone: register,
  stream,
  answer: () => phone?.accept(),
  confirm: () => phone?.press("1"),
  "hang-up": () => phone?.hangUp(),
};

list.addEventListener("click", async ({ target }) => {
  const pressed = target.closest("[data-act]");
  if (!pressed) return;
  pressed.disabled = true;
  try {
    await ACTS[pressed.dataset.act]();
  } finally {
    pressed.disabled = false;
  }
});

await notices(false);
await register();
await stream();
