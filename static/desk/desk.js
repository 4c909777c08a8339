// The operator's desk: the browser telephone, the ring dialog, the state menu and the keys. The server says what is so.
import * as note from "./note.js";
import * as ring from "./ring.js";
import * as tabs from "./tabs.js";

const SPEECH = new Set(["say", "voice"]);
const desk = document.getElementById("desk");
if (desk) begin();

function begin() {
  const text = desk.dataset;
  const typing = (target) => target.matches("input, textarea, select");
  const byId = (id) => document.getElementById(id);
  let phone;
  let connecting;
  let answering = false;
  let heard = false; // the test ring, once a page

  const act = (values) =>
    htmx.ajax("POST", text.stateUrl, {
      source: desk, target: "#now", swap: "innerHTML", values: { ...values, have: byId("have").value },
    });

  // --- the browser telephone ----------------------------------------------------------------------------------------
  async function connect() {
    if (text.device !== "browser") return;
    connecting ??= (async () => {
      const { createSoftphone } = await import(text.softphone);
      const card = await credentials();
      phone = createSoftphone({ ...card, token: async () => (await credentials()).token });
      phone.addEventListener("incoming", () => answering && phone.accept());
      phone.addEventListener("caption", ({ detail }) => caption(detail));
      phone.addEventListener("ended", () => ((answering = false), mute(false)));
      phone.addEventListener("error", () => trouble(true));
      phone.addEventListener("state", () => phone.state !== "offline" && trouble(false));
      if (!(await phone.register())) throw new Error("the telephone could not register");
    })();
    try {
      await connecting;
      trouble(false);
    } catch (error) {
      connecting = undefined;
      trouble(true);
      throw error;
    }
  }

  async function credentials() {
    const answer = await fetch(text.tokenUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`no token (${answer.status})`);
    return answer.json();
  }

  function trouble(there) {
    byId("desk-phone").hidden = !there;
    byId("desk-phone").textContent = there ? text.textPhone : "";
  }

  function caption({ text: words, from }) {
    const list = byId("captions");
    if (!list || !words || (from && !SPEECH.has(from))) return; // tones and comings and goings are no words
    const line = document.createElement("li");
    line.textContent = words;
    list.append(line);
    while (list.children.length > 3) list.firstElementChild.remove();
    list.hidden = false;
  }

  function answer() {
    const button = byId("answer");
    if (!button || button.disabled) return;
    button.disabled = true;
    answering = true;
    ring.stop();
    connect().then(() => phone.state === "ringing" && phone.accept(), () => (button.disabled = answering = false));
  }

  function mute(on) {
    const button = byId("mute");
    if (!button) return;
    phone?.mute(on);
    button.setAttribute("aria-pressed", String(on));
    button.querySelector("span").textContent = on ? text.textMuted : text.textMute;
  }

  // --- my state ------------------------------------------------------------------------------------------------------
  async function choose(state, reason = "") {
    const menu = byId("state-menu");
    if (menu.matches(":popover-open")) menu.hidePopover();
    if (state === "ready") {
      if (!heard) ring.test();
      heard = true;
      ring.askToNotify().catch(() => {});
      try {
        await connect();
      } catch {
        return; // not ready without a telephone: nobody would ring
      }
    }
    await act({ state, reason });
    if (state === "offline") {
      phone?.unregister();
      phone = connecting = undefined;
    }
  }

  document.addEventListener("click", (event) => {
    const wish = event.target.closest("[data-state]");
    if (wish) choose(wish.dataset.state);
    if (event.target.closest("#answer")) answer();
    if (event.target.closest("#decline")) phone?.state === "ringing" && phone.decline();
    if (event.target.closest("#mute")) mute(byId("mute").getAttribute("aria-pressed") !== "true");
    if (event.target.closest("#sound-on, #sound-test")) ring.test();
    byId("desk-sound").hidden = true;
  });
  document.addEventListener("submit", (event) => {
    const other = event.target.closest("[data-state-form]");
    if (!other) return;
    event.preventDefault();
    choose(other.dataset.stateForm, other.elements.reason.value);
    other.reset();
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt.id === "hang-up" && phone?.state === "connected") phone.hangUp();
  });

  // --- ring and announcements ----------------------------------------------------------------------------------------
  byId("sound").addEventListener("toggle", ({ newState }) => newState === "open" && ring.offerDevices(byId("ring-device")));
  byId("ring-device").addEventListener("change", ({ target }) => {
    localStorage.setItem("ring-device", target.value);
    ring.test();
  });
  byId("quiet").checked = localStorage.getItem("quiet") !== "no";
  byId("quiet").addEventListener("change", ({ target }) => localStorage.setItem("quiet", target.checked ? "yes" : "no"));

  let queue; // how many waited when it was last said
  function queueChanged() {
    const { waiting } = byId("lines-waiting").dataset;
    const words = byId("lines-waiting").textContent;
    const here = document.querySelector("[data-waiting-here]");
    if (here) here.textContent = `${words}.`;
    if (queue !== undefined && waiting !== queue && !(byId("hang-up") && byId("quiet").checked)) byId("desk-says").textContent = words;
    queue = waiting;
  }

  // --- what the server says is so ------------------------------------------------------------------------------------
  let rung; // the offer that has our attention
  let ringFocus = "answer"; // a fragment that is fetched anew must not move a finger from Decline to Answer
  let warned = ""; // the missed call that has had the focus once
  let about; // the call whose script came forward
  document.addEventListener("focusin", ({ target }) => target.closest("#ring") && target.id !== "ring" && (ringFocus = target.id));
  function settle() {
    const dialog = byId("ring");
    if (dialog && !dialog.open) dialog.showModal();
    if (dialog && rung !== dialog.dataset.offer) {
      rung = dialog.dataset.offer;
      answering = false;
      ringFocus = "answer";
      const hotline = byId("ring-hotline").textContent.trim();
      ring.start({ ring: text.textRing, notify: text.textNotify }, hotline);
      byId("desk-rings").textContent = `${text.textNotify}: ${hotline}`;
    }
    if (dialog) (byId(ringFocus) ?? byId("answer") ?? byId("decline")).focus();
    if (dialog && answering && byId("answer")) byId("answer").disabled = true;
    if (!dialog) {
      rung = undefined;
      ring.stop();
      byId("desk-rings").textContent = "";
    }
    const bar = document.querySelector("#desk-notice [data-focus]");
    const missed = bar?.closest("p").textContent ?? "";
    if (bar && missed !== warned && !typing(document.activeElement)) bar.focus();
    warned = missed;
    scriptForward();
    queueChanged();
    note.restore();
  }
  function scriptForward() {
    const call = document.querySelector(".script")?.dataset.call ?? "";
    if (call === about) return;
    if (about !== undefined) byId("answers-query").value = "";
    about = call;
    tabs.show(call ? "script" : "answers");
  }
  document.addEventListener("htmx:afterSettle", settle);
  document.addEventListener("htmx:oobAfterSwap", settle);
  document.addEventListener("cancel", (event) => event.target.id === "ring" && event.preventDefault(), true);

  let unheard = 0;
  document.addEventListener("live:beat", ({ detail }) => {
    unheard = detail.reached ? 0 : unheard + 1;
    byId("desk-lost").hidden = unheard < 2;
    byId("desk-lost").textContent = unheard < 2 ? "" : text.textLost;
    if (detail.status === 401 || detail.status === 403) location.reload();
  });

  // --- keys ----------------------------------------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey && byId("note")) {
      event.preventDefault();
      note.save();
    } else if (event.key === "s" && event.ctrlKey && byId("note")) {
      event.preventDefault();
      note.keepNow();
    } else if (event.key === "Enter" && byId("ring") && event.target.id !== "decline") {
      event.preventDefault();
      answer();
    } else if (event.key === "F2") {
      event.preventDefault();
      byId("state-menu").showPopover();
      byId("state-menu").querySelector("button").focus();
    } else if (event.key === "F8" && byId("mute")) {
      event.preventDefault();
      byId("mute").click();
    } else if (event.key === "/" && !typing(event.target)) {
      event.preventDefault();
      byId("answers-query").focus();
    } else if (event.key === "?" && !typing(event.target)) {
      byId("help").showModal();
    }
  });
  addEventListener("beforeunload", (event) => {
    if (phone?.state === "connected") event.preventDefault();
  });

  tabs.bind();
  note.bind({ saved: text.textSaved, unsaved: text.textUnsaved, card: text.textCard, discarded: text.textDiscarded });
  settle();
  const state = document.querySelector("#state-now .state");
  if (state && !state.classList.contains("tone-quiet")) {
    connect().catch(() => {});
    byId("desk-sound").hidden = !ring.silent();
  }
}
