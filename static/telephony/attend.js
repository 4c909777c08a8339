// A supervisor's telephone in the frame of a page: it comes into others' calls, and sounds when somebody needs help.
import { tone } from "./tones.js";

const bar = () => document.getElementById("frame-watch");
const mine = () => "mine" in (bar()?.dataset ?? {});
const known = new Set(); // calls for help that have sounded
let phone;
let connecting;
let wanted = false; // asked for here; the page does not show it yet

async function credentials() {
  const answer = await fetch(bar().dataset.tokenUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

async function register() {
  const { device, ...known } = await credentials();
  if (device !== "browser") return; // their own telephone rings
  const { createSoftphone } = await import(bar().dataset.softphone);
  phone = createSoftphone({ ...known, token: async () => (await credentials()).token });
  phone.addEventListener("incoming", () => (wanted || mine()) && phone.accept());
  if (!(await phone.register())) throw new Error("not registered");
}

const connect = () => (connecting ??= register());

function away() {
  phone?.unregister();
  phone = connecting = undefined;
}

function say(words) {
  const error = document.getElementById("frame-error");
  error.textContent = words;
  error.hidden = !words;
}

async function send(url) {
  const answer = await fetch(url, { method: "POST", headers: JSON.parse(document.body.getAttribute("hx-headers")) });
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).error;
}

async function act({ attend, question }) {
  if (question && !confirm(question)) return;
  wanted = true;
  try {
    await connect();
    const refused = await send(attend);
    say(refused);
    wanted = !refused;
  } catch {
    wanted = false;
    away();
    say(bar().dataset.textPhone);
  }
  document.dispatchEvent(new CustomEvent("board:done"));
  bar().dispatchEvent(new CustomEvent("live"));
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-attend]");
  if (button) act(button.dataset);
});

function look() {
  const fresh = [...document.querySelectorAll("[data-help]")].filter(({ dataset }) => !known.has(dataset.help));
  for (const { dataset } of fresh) known.add(dataset.help);
  if (fresh.length) [880, 660, 880].forEach((hertz, n) => tone([hertz], 0.18, { delay: n * 0.22 }));
  if (mine()) {
    wanted = false;
    connect().catch(() => (connecting = undefined)); // the page was changed in a call
  } else if (!wanted && phone?.state !== "connected") away();
}

document.addEventListener("htmx:afterSettle", look);
look();
