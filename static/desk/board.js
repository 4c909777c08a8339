// The board: how old its numbers are, the full screen, and the sheet in which a supervisor acts.
import { serverNow } from "../core/timers.js";

const GREY_AFTER = 15;
const PAUSE = 1100; // the server keeps a board for a second: asked again after that, it has seen what was announced
const $ = (id) => document.getElementById(id);
const board = $("board");
const age = $("board-age");
let heard = serverNow(); // when the numbers were last fetched: at every change, and every ten seconds
let asked = 0;
let later;

// What is put in place is live at once (settle:0ms in the page): a key pressed just after a swap is not lost.
// --- asking: at once, not more often than once a second, and once more when it has become quiet
function ask() {
  asked = performance.now();
  board.dispatchEvent(new CustomEvent("fetch"));
}

board.addEventListener("live", () => {
  clearTimeout(later);
  later = setTimeout(ask, PAUSE);
  if (performance.now() - asked > PAUSE) ask();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt === board && detail.successful) heard = serverNow();
});

// --- the age of the numbers, and the clock of the wall
function show() {
  const seconds = Math.max(0, Math.round((serverNow() - heard) / 1000));
  const old = seconds > GREY_AFTER;
  board.classList.toggle("old", old);
  age.classList.toggle("old", old);
  const words = `${old ? age.dataset.oldWord : age.dataset.liveWord} · ${seconds} s`;
  if (age.textContent !== words) age.textContent = words;
  const timeZone = board.querySelector("[data-zone]")?.dataset.zone;
  const clock = new Date(serverNow()).toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
  if ($("board-clock").textContent !== clock) $("board-clock").textContent = clock;
}

setInterval(show, 1000);
show();

// --- the full screen hides the frame, and with it people and callers: whoever passes can read it
$("board-full")?.addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
});
document.addEventListener("fullscreenchange", () => {
  document.body.classList.toggle("wall", Boolean(document.fullscreenElement));
});

// --- the sheet: opened by what is put into it, closed when the act is done, focus back where it was
const sheet = $("board-dialog");
let opener;

function back() {
  ($(opener) ?? $("content")).focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (!sheet?.open && detail.elt.id && detail.elt !== board) opener = detail.elt.id;
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "board-sheet") return;
  if (!sheet.open) sheet.showModal();
  detail.target.querySelector("h2").focus();
});
document.addEventListener("board:done", () => {
  if (sheet.open) sheet.close();
  ask();
});
sheet?.addEventListener("close", () => {
  $("board-sheet").replaceChildren();
  back();
});
