// What rings besides the softphone's own sound: a notification behind other windows, the page's title; and where it rings.
import { ringing as sound } from "../telephony/tones.js";

let flashing;
const title = document.title;

// Browsers play nothing before a person has touched the page.
export const silent = () => navigator.userActivation?.hasBeenActive === false;

export function test() {
  const stop = sound();
  setTimeout(stop, 100); // one ring, as a sign that it can be heard
}

export async function askToNotify() {
  if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
}

export function start(texts, hotline) {
  if (flashing) return;
  let odd = false;
  const flash = () => (document.title = (odd = !odd) ? texts.ring : title);
  flashing = setInterval(flash, 1500);
  flash();
  if (document.hidden && "Notification" in window && Notification.permission === "granted") {
    const note = new Notification(texts.notify, { body: hotline, tag: "hotline-ring", requireInteraction: true });
    note.onclick = () => {
      window.focus();
      note.close();
    };
  }
}

export function stop() {
  clearInterval(flashing);
  flashing = undefined;
  document.title = title;
}

// The output for the ring alone, so that it is heard while the headset lies on the table; remembered in this browser.
export async function offerDevices(select) {
  if (!("setSinkId" in (window.AudioContext ?? {}).prototype) || !navigator.mediaDevices) return void (select.closest(".field").hidden = true);
  const { textDefault, textOutput } = select.dataset;
  const outputs = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind, deviceId }) => kind === "audiooutput" && deviceId);
  const named = outputs.map(({ deviceId, label }, n) => new Option(label || `${textOutput} ${n + 1}`, deviceId));
  select.replaceChildren(new Option(textDefault, ""), ...named);
  select.value = localStorage.getItem("ring-device") ?? "";
}
