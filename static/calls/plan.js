// The call plan's editor: words read aloud by the browser, and words recorded here, as a WAV for a telephone.
const byId = (id) => document.getElementById(id);
const speech = window.speechSynthesis;
const HERTZ = 8000;
const MOST = 180; // seconds
let heard = 0; // how many lines of the telephone were read aloud
let aloud = false;
let recorder;

function read(text, language) {
  const words = new SpeechSynthesisUtterance(text);
  words.lang = language;
  speech.speak(words);
}

// Buttons that need what this browser has stay hidden where it has not.
function offer() {
  for (const each of document.querySelectorAll("[data-read], [data-aloud]")) each.hidden = !speech;
  for (const each of document.querySelectorAll("[data-record]")) each.hidden = !(navigator.mediaDevices && window.MediaRecorder);
  const lines = [...document.querySelectorAll("#phone-heard > p")];
  const list = byId("phone-heard");
  if (list) list.scrollTop = list.scrollHeight;
  const box = byId("phone-aloud");
  if (box) box.checked = aloud;
  const fresh = lines.slice(lines.length <= heard ? 0 : heard);
  if (lines.length === heard) return;
  if (byId("phone-new") && heard) byId("phone-new").textContent = fresh.map((line) => line.textContent).join(" ");
  if (aloud) fresh.filter((line) => line.lang && !line.firstElementChild).forEach((line) => read(line.textContent, line.lang));
  heard = lines.length;
}

document.addEventListener("change", ({ target }) => {
  if (target.id !== "phone-aloud") return;
  aloud = target.checked;
  if (!aloud) speech.cancel();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-read], [data-record]");
  if (event.target.closest("[aria-disabled='true']")) event.preventDefault();
  if (button?.dataset.read) {
    speech.cancel();
    read(byId(button.dataset.read).value, byId(button.dataset.read).closest("[lang]").lang);
  } else if (button) record(button);
});

async function record(button) {
  if (recorder) {
    recorder.stop();
    return;
  }
  const word = button.lastElementChild;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const parts = [];
    recorder = new MediaRecorder(stream);
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.onstop = async () => {
      recorder = undefined;
      stream.getTracks().forEach((track) => track.stop());
      put(button, await wav(new Blob(parts)));
    };
    recorder.start();
    setTimeout((mine) => mine.state === "recording" && mine.stop(), MOST * 1000 - 1000, recorder);
    word.textContent = button.dataset.stop;
  } catch {
    word.textContent = button.dataset.denied;
  }
}

function put(button, file) {
  const input = byId(button.dataset.record);
  const held = new DataTransfer();
  held.items.add(file);
  input.files = held.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// What browsers record no carrier plays: it becomes 16 bits at a telephone's 8 kHz.
async function wav(blob) {
  const decoded = await new AudioContext().decodeAudioData(await blob.arrayBuffer());
  const context = new OfflineAudioContext(1, Math.ceil(decoded.duration * HERTZ), HERTZ);
  const source = context.createBufferSource();
  source.buffer = decoded;
  source.connect(context.destination);
  source.start();
  const samples = (await context.startRendering()).getChannelData(0);
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at, letters) => [...letters].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  const size = samples.length * 2;
  text(0, "RIFF"), view.setUint32(4, 36 + size, true), text(8, "WAVEfmt "), view.setUint32(16, 16, true);
  view.setUint16(20, 1, true), view.setUint16(22, 1, true), view.setUint32(24, HERTZ, true), view.setUint32(28, HERTZ * 2, true);
  view.setUint16(32, 2, true), view.setUint16(34, 16, true), text(36, "data"), view.setUint32(40, size, true);
  samples.forEach((sample, n) => view.setInt16(44 + n * 2, Math.max(-1, Math.min(1, sample)) * 0x7fff, true));
  return new File([view.buffer], "recording.wav", { type: "audio/wav" });
}

// What is published is what is on the page: changes that are on their way arrive first.
let last;
const busy = () => document.querySelector("#plan-steps .htmx-request");

document.addEventListener("submit", (event) => {
  if (!("last" in event.target.dataset) || !busy()) return;
  event.preventDefault();
  last = event.target;
});

document.addEventListener("htmx:afterRequest", () =>
  setTimeout(() => {
    if (!last || busy()) return;
    last.requestSubmit();
    last = undefined;
  }),
);

document.addEventListener("htmx:afterSettle", offer);
offer();
