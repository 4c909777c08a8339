// What the telephones of the page sound like. Two switches of the page govern all of them: sounds, and reading aloud.

import * as tones from "./tones.js";

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

export const key = (which) => on && tones.keyTone(which);
export const beep = () => on && tones.beep();

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

export const ringback = () => lasting(tones.ringback);
export const ringing = () => lasting(tones.ringing);

// A number of short tones: slow ones say busy, quick ones that the other side is gone.
function cadence(seconds, times) {
  if (!on) return;
  for (let n = 0; n < times; n += 1) tones.tone([425], seconds, { delay: n * 2 * seconds, loudness: 0.05 });
}
export const busy = () => cadence(0.5, 4);
export const gone = () => cadence(0.2, 3);
export const click = () => on && tones.tone([180, 320], 0.06, { loudness: 0.08 });

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
