// Sounds made on the spot: ringing, keys. Browsers allow sound only after a person has touched the page.

let context = null;

function audio() {
  context ??= new (window.AudioContext || window.webkitAudioContext)();
  if (context.state === "suspended") context.resume().catch(() => {});
  return context;
}

// The ring may come from a loudspeaker while the voice is in the headset: a context of its own, where browsers have it.
let ringer = null;

function ringAudio() {
  const device = window.localStorage.getItem("ring-device") ?? "";
  if (!device || !("setSinkId" in (window.AudioContext?.prototype ?? {}))) return audio();
  ringer ??= new AudioContext();
  if (ringer.state === "suspended") ringer.resume().catch(() => {});
  if (ringer.sinkId !== device) ringer.setSinkId(device).catch(() => {});
  return ringer;
}

export function tone(hertzes, seconds, { delay = 0, loudness = 0.08, ctx = audio() } = {}) {
  const gain = ctx.createGain();
  const start = ctx.currentTime + delay;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loudness, start + 0.02);
  gain.gain.setValueAtTime(loudness, start + seconds - 0.03);
  gain.gain.linearRampToValueAtTime(0, start + seconds);
  gain.connect(ctx.destination);
  for (const hertz of hertzes) {
    const oscillator = ctx.createOscillator();
    oscillator.frequency.value = hertz;
    oscillator.connect(gain);
    oscillator.start(start);
    oscillator.stop(start + seconds);
  }
}

const ROWS = { 1: 697, 2: 697, 3: 697, 4: 770, 5: 770, 6: 770, 7: 852, 8: 852, 9: 852, "*": 941, 0: 941, "#": 941 };
const COLUMNS = { 1: 1209, 4: 1209, 7: 1209, "*": 1209, 2: 1336, 5: 1336, 8: 1336, 0: 1336, 3: 1477, 6: 1477, 9: 1477, "#": 1477 };

export function keyTone(key) {
  if (key in ROWS) tone([ROWS[key], COLUMNS[key]], 0.14, { loudness: 0.05 });
}

export function beep() {
  tone([1000], 0.4, { loudness: 0.06 });
}

// Rings until the returned function is called.
export function ringing() {
  const once = () => {
    const ctx = ringAudio();
    tone([659], 0.35, { ctx });
    tone([880], 0.6, { delay: 0.2, ctx });
  };
  once();
  const timer = window.setInterval(once, 3000);
  return () => window.clearInterval(timer);
}

// What a caller hears while it rings at the other end.
export function ringback() {
  const once = () => tone([425], 1, { loudness: 0.04 });
  once();
  const timer = window.setInterval(once, 5000);
  return () => window.clearInterval(timer);
}
