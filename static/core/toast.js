// A short word that something was done, with a way back. Never for errors: those stay until somebody has read them.
const STAY = 5000;
const region = document.getElementById("toasts");

// `undo` is an address that takes it back by a POST, or a function; `done` is called after it.
export function toast(text, { undo, done = () => location.reload() } = {}) {
  const box = document.createElement("div");
  box.className = "toast";
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (undo) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: region.dataset.undo });
    button.onclick = async () => {
      box.remove();
      if (typeof undo === "function") await undo();
      else await htmx.ajax("POST", undo, { source: region, swap: "none" });
      done();
    };
    box.append(button);
  }
  // Whoever is on the way to the button gets the time to reach it.
  let timer;
  const wait = () => (timer = setTimeout(() => box.remove(), STAY));
  for (const name of ["pointerenter", "focusin"]) box.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) box.addEventListener(name, wait);
  region.replaceChildren(box);
  wait();
}
