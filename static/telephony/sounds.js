// What the telephones of the page sound like. Two switches of the page govern all of them: sounds, and reading aloud.

import { ringing as ring, tone } from "./tones.js";

let on = true;
let aloud = false;
const playing = new Set();

export function switchSounds(wanted) {
  on = wanted;
  if (!on) for (const stop of [...playing]) stop();
}

export function switchAloud(wanted) {
  aloud = wanted;
  if (!aloud) hush();
}

const ROWS = { 1: 697, 2: 697, 3: 697, 4: 770, 5: 770, 6: 770, 7: 852, 8: 852, 9: 852, "*": 941, 0: 941, "#": 941 };
const COLUMNS = { 1: 1209, 4: 1209, 7: 1209, "*": 1209, 2: 1336, 5: 1336, 8: 1336, 0: 1336, 3: 1477, 6: 1477, 9: 1477, "#": 1477 };

export const key = (which) => on && which in ROWS && tone([ROWS[which], COLUMNS[which]], 0.14, { loudness: 0.05 });
export const beep = () => on && tone([1000], 0.4, { loudness: 0.06 });

// Starts a lasting sound; the returned function ends it.
function lasting(start) {
  if (!on) return null;
  const end = start();
  const stop = () => {
    playing.delete(stop);
    end();
  };
  playing.add(stop);
  return stop;
}

// What a caller hears while it rings at the other end.
export const ringback = () =>
  lasting(() => {
    const once = () => tone([425], 1, { loudness: 0.04 });
    once();
    const timer = window.setInterval(once, 5000);
    return () => window.clearInterval(timer);
  });
export const ringing = () => lasting(ring);

// A number of short tones: slow ones say busy, quick ones that the other side is gone.
function cadence(seconds, times) {
  if (!on) return;
  for (let n = 0; n < times; n += 1) tone([425], seconds, { delay: n * 2 * seconds, loudness: 0.05 });
}
export const busy = () => cadence(0.5, 4);
export const gone = () => cadence(0.2, 3);
export const click = () => on && tone([180, 320], 0.06, { loudness: 0.08 });

export function music(address) {
  const url = URL.parse?.(address, window.location.href) ?? null;
  if (!url || !url.pathname.startsWith("/static/")) return null;
  return lasting(() => {
    const sound = new Audio(url.pathname);
    sound.volume = 0.4;
    sound.loop = true;
    sound.play().catch(() => {});
    return () => sound.pause();
  });
}

export function speak(text, language) {
  if (!aloud || !window.speechSynthesis) return;
  const speech = new SpeechSynthesisUtterance(text);
  if (language) speech.lang = language;
  window.speechSynthesis.speak(speech);
}

export function hush() {
  window.speechSynthesis?.cancel();
}
