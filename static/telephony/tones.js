// Sounds made on the spot. Browsers allow sound only after a person has touched the page.

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
