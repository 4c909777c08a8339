// The frame of every page: one's state, the call bar, the search, the keys.
const byId = (id) => document.getElementById(id);
const onDesk = byId("desk") !== null;
const error = byId("frame-error");

async function post(url, values = {}) {
  let wrong = "";
  try {
    const headers = { "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"], Accept: "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: new URLSearchParams(values) });
    const json = answer.headers.get("Content-Type")?.includes("json");
    wrong = !answer.ok ? error.dataset.text : json ? (await answer.json()).error : "";
  } catch {
    wrong = error.dataset.text;
  }
  error.textContent = wrong;
  error.hidden = !wrong;
  byId("frame-state")?.dispatchEvent(new CustomEvent("live"));
}

// --- my state, off the desk ---
function choose(state, reason = "") {
  const slot = byId("frame-state");
  byId("state-menu").hidePopover();
  // A browser telephone rings on the desk page alone: nobody is ready without it.
  if (state === "ready" && slot.dataset.readyAt) location.assign(slot.dataset.readyAt);
  else post(slot.querySelector("[data-state-url]").dataset.stateUrl, { state, reason });
}

document.addEventListener("click", ({ target }) => {
  const at = (selector) => target.closest?.(selector);
  if (!onDesk && at("[data-state]")) choose(at("[data-state]").dataset.state);
  if (at("[data-post]")) post(at("[data-post]").dataset.post);
  if (at("[data-opens]")) open(at("[data-opens]").dataset.opens);
  if (at("[data-toast]")) toast(at("[data-toast]").dataset.toast);
  if (target.matches?.("dialog.dialog, dialog.drawer") && outside(target)) target.close();
});
document.addEventListener("submit", (event) => {
  const other = event.target.closest("[data-state-form]");
  if (!other || onDesk) return;
  event.preventDefault();
  choose(other.dataset.stateForm, other.elements.reason.value);
  other.reset();
});

// --- dialogs ---
function open(id) {
  byId(id).showModal();
  if (id === "find") byId("find-text").select();
}

let pressed; // where the mouse went down: a text that is selected beyond the edge must not close its dialog
const outside = (dialog) => {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return pressed && (pressed.x < left || pressed.x > right || pressed.y < top || pressed.y > bottom);
};
document.addEventListener("pointerdown", ({ clientX: x, clientY: y }) => (pressed = { x, y }));

// --- toasts: something was done, with a way back. Never for errors
// `undo`: an address to POST to, or a function; `done`: called after it.
export function toast(text, { undo, done = () => location.reload() } = {}) {
  const region = byId("toasts");
  const box = Object.assign(document.createElement("div"), { className: "toast", textContent: text });
  if (undo) {
    const button = Object.assign(document.createElement("button"), { className: "button small", textContent: region.dataset.undo });
    button.onclick = async () => {
      box.remove();
      await (undo.call ? undo() : post(undo));
      done();
    };
    box.append(button);
  }
  region.replaceChildren(box);
  // Whoever is on the way to the button gets the time to reach it.
  const over = () => (box.matches(":hover, :focus-within") ? setTimeout(over, 1000) : box.remove());
  setTimeout(over, 5000);
}
document.addEventListener("toast", ({ detail }) => toast(detail.text ?? detail.value, detail)); // HX-Trigger: {"toast": {"text": …, "undo": …}}

byId("find").addEventListener("keydown", (event) => {
  const stops = [byId("find-text"), ...byId("found").querySelectorAll("a")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) stops[(Math.max(0, stops.indexOf(event.target)) + step + stops.length) % stops.length].focus();
  else if (event.key === "Enter" && event.target === stops[0]) stops[1]?.click();
  else return;
  event.preventDefault();
});

// --- keys ---
const letters = document.body.dataset.letters !== "off";
const single = (event) => event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
// A dialog that has just closed may still hold the focus.
const typing = (target) => target.matches?.(":not(dialog:not([open]) *)") && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [data-own-keys]");
let going = 0; // until when a letter after g says where to

// Turned off, letters reach no page at all: whoever dictates to the computer would set off one thing after another.
if (!letters) addEventListener("keydown", (event) => single(event) && !typing(event.target) && event.stopImmediatePropagation(), true);

function act(event) {
  if (event.key === "F2" && byId("state-menu")) {
    byId("state-menu").showPopover();
    byId("state-menu").querySelector("button").focus();
  } else if (event.key === "k" && event.ctrlKey) open("find");
  else if (!single(event) || typing(event.target)) return false;
  else if (Date.now() < going) {
    going = 0;
    document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)?.click();
  } else if (event.key === "g") going = Date.now() + 1500;
  else if (event.key === "/") open("find");
  else if (event.key === "?") open("keys");
  else return false;
  return true;
}
// On window, after whatever the page itself does with the key.
addEventListener("keydown", (event) => {
  if (!event.defaultPrevented && !document.querySelector("dialog[open]") && act(event)) event.preventDefault();
});
