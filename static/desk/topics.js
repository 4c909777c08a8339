// Topics: the first six as buttons in two levels, all of them by typing. `changed` is called when one was chosen.
import { suggest } from "./pick.js";

const form = () => document.getElementById("note");
const every = () => [...form().querySelectorAll("#topic-all li")].map((each) => ({ name: each.textContent, value: each.dataset.value }));

export function showTopic() {
  const note = form();
  const value = note.elements.topic.value;
  const top = note.querySelector(`.pill[data-topic="${value}"]`)?.dataset.within ?? value;
  for (const pill of note.querySelectorAll(".pill[data-topic]")) {
    const pressed = pill.dataset.topic === value || pill.dataset.topic === top;
    pill.setAttribute("aria-pressed", String(Boolean(value) && pressed));
    if (pill.dataset.below) document.getElementById(pill.dataset.below).hidden = pill.dataset.topic !== top;
  }
  const find = document.getElementById("topic-find");
  const known = every().find((each) => each.value === value)?.name;
  if (find && document.activeElement !== find) find.value = known ?? (value && find.defaultValue);
}

export function bind(changed) {
  const choose = (value) => {
    form().elements.topic.value = value;
    showTopic();
    changed();
  };
  const offer = (find, words) => {
    const fits = every().filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
    suggest(find, fits, ({ name, value }) => {
      find.value = name;
      choose(value);
    });
  };
  document.addEventListener("click", (event) => {
    const pill = event.target.closest(".pill[data-topic]");
    if (pill) choose(pill.dataset.topic);
  });
  document.addEventListener("input", ({ target }) => {
    if (target.id === "topic-find") offer(target, target.value.toLowerCase().split(/[\s/]+/));
  });
  document.addEventListener("focusin", ({ target }) => target.id === "topic-find" && target.select());
  document.addEventListener("focusout", ({ target }) => target.id === "topic-find" && setTimeout(() => form() && showTopic()));
  document.addEventListener("keydown", (event) => {
    if (event.target.id === "topic-find" && event.key === "ArrowDown") offer(event.target, []);
    const group = event.target.closest?.(".pills[id]");
    const pill = group && /^[1-9]$/.test(event.key) && group.querySelectorAll("[data-topic]")[event.key - 1];
    if (!pill || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    choose(pill.dataset.topic);
    (document.querySelector(`#${pill.dataset.below} button`) ?? pill).focus(); // the next digit names one below
  });
}
