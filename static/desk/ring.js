// The ring: sound every three seconds, a notification behind other windows, a flashing title. Never the only sign.
let audio;
let ringing;
const title = document.title;

export const silent = () => !audio || audio.state !== "running";

export async function unlock({ test = false } = {}) {
  audio ??= new AudioContext();
  await audio.resume();
  if (test) chime(0.25);
}

export async function askToNotify() {
  if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
}

function chime(loudness) {
  if (silent()) return;
  for (const [start, pitch] of [[0, 660], [0.22, 880], [0.44, 660], [0.66, 880]]) {
    const tone = new OscillatorNode(audio, { frequency: pitch, type: "sine" });
    const gain = new GainNode(audio, { gain: 0 });
    const at = audio.currentTime + start;
    gain.gain.linearRampToValueAtTime(loudness, at + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
    tone.connect(gain).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.22);
  }
}

export function start(texts, hotline) {
  if (ringing) return;
  let odd = false;
  const beat = () => {
    chime(0.4);
    document.title = (odd = !odd) ? texts.ring : title;
  };
  ringing = setInterval(beat, 3000);
  beat();
  if (document.hidden && "Notification" in window && Notification.permission === "granted") {
    const note = new Notification(texts.notify, { body: hotline, tag: "hotline-ring", requireInteraction: true });
    note.onclick = () => {
      window.focus();
      note.close();
    };
  }
}

export function stop() {
  clearInterval(ringing);
  ringing = undefined;
  document.title = title;
}
