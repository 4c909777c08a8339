// The softphone on Twilio: its Voice SDK, from our own files, with our own sounds.

const HERE = import.meta.url;
const SDK = new URL("../vendor/twilio-voice-sdk/twilio.min.js", HERE).href;
const RING = new URL("ring.wav", HERE).href;
const KEYS = [..."0123456789", "s", "h"].map((key) => `dtmf${key}`);

let loading = null;

export function loadKit() {
  loading ??= new Promise((done, failed) => {
    if (window.Twilio?.Device) return done(window.Twilio);
    const script = document.createElement("script");
    script.src = SDK;
    script.onload = () => done(window.Twilio);
    script.onerror = () => failed(new Error("the telephone's program could not be loaded"));
    document.head.append(script);
  });
  return loading;
}

export class TwilioBackend {
  #device = null;
  #call = null;

  constructor({ identity, token, move, tell }) {
    Object.assign(this, { identity, token, move, tell });
  }

  async register() {
    if (this.#device) return true;
    const { Device } = await loadKit();
    const sounds = Object.fromEntries(["incoming", "outgoing", "disconnect", ...KEYS].map((name) => [name, RING]));
    this.#device = new Device(await this.token(), { sounds, closeProtection: true, allowIncomingWhileBusy: false });
    this.#device.audio?.disconnect(false);
    this.#device.audio?.outgoing(false);
    const ringDevice = window.localStorage.getItem("ring-device");
    if (ringDevice) this.#device.audio?.ringtoneDevices.set(ringDevice).catch(() => {}); // unplugged: the usual output
    this.#device.on("registered", () => this.#call || this.move("registered"));
    this.#device.on("unregistered", () => this.#call || this.move("offline"));
    this.#device.on("incoming", (call) => this.#rings(call));
    this.#device.on("tokenWillExpire", async () => this.#device?.updateToken(await this.token()));
    this.#device.on("error", (problem) => this.tell("error", { message: problem.message }));
    await this.#device.register();
    return true;
  }

  async unregister() {
    this.#device?.destroy();
    this.#device = null;
    this.#call = null;
    this.move("offline");
    return true;
  }

  #rings(call) {
    if (this.#call) return call.ignore();
    this.#call = call;
    call.on("accept", () => this.move("connected"));
    for (const [event, reason] of [["cancel", "cancelled"], ["reject", "declined"], ["disconnect", "hung up"]]) {
      call.on(event, () => this.#over(call, reason));
    }
    call.on("error", (problem) => this.tell("error", { message: problem.message }));
    this.move("ringing");
    const parameters = { ...call.parameters, ...Object.fromEntries(call.customParameters ?? []) };
    this.tell("incoming", { from: call.parameters.From, parameters });
  }

  #over(call, reason) {
    if (this.#call !== call) return;
    this.#call = null;
    this.tell("ended", { reason });
    this.move("registered");
  }

  accept() {
    this.#call?.accept();
    return Boolean(this.#call);
  }

  decline() {
    this.#call?.reject();
    return true;
  }

  hangUp() {
    this.#call?.disconnect();
    return true;
  }

  mute(on) {
    this.#call?.mute(on);
    return Boolean(this.#call);
  }

  press(digits) {
    this.#call?.sendDigits(digits);
    return Boolean(this.#call);
  }
}
