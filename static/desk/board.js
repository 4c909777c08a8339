// The board's own clock: how old its numbers are. Beyond fifteen seconds without word they turn grey.
import { serverNow } from "../core/timers.js";

const GREY_AFTER = 15;
const board = document.getElementById("board");
const age = document.getElementById("board-age");
let heard = serverNow(); // when the numbers were last fetched: at every change, and every ten seconds

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt === board && detail.successful) heard = serverNow();
});

function show() {
  const seconds = Math.max(0, Math.round((serverNow() - heard) / 1000));
  const old = seconds > GREY_AFTER;
  board.classList.toggle("old", old);
  age.classList.toggle("old", old);
  const words = `${old ? age.dataset.oldWord : age.dataset.liveWord} · ${seconds} s`;
  if (age.textContent !== words) age.textContent = words;
}

setInterval(show, 1000);
show();
document.getElementById("board-full").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
});
