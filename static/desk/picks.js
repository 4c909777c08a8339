// Suggestions under a field: arrows move, Enter or Tab takes one, Escape closes; the focus stays in the field. And topics,
// the first six as buttons in two levels, all of them by typing.
const byId = (id) => document.getElementById(id);
const form = () => byId("note");
const list = () => byId("picks");
let open; // {field, items, take, at}

function mark(at) {
  open.at = (at + open.items.length) % open.items.length;
  [...list().children].forEach((option, n) => option.setAttribute("aria-selected", String(n === open.at)));
  list().children[open.at].scrollIntoView({ block: "nearest" });
  open.field.setAttribute("aria-activedescendant", `pick-${open.at}`);
}

function close() {
  open?.field.removeAttribute("aria-activedescendant");
  if (open?.field.role) open.field.ariaExpanded = "false";
  if (list()) list().hidden = true;
  open = undefined;
}

// `items` are {name, text}; `take` is called with the one that was chosen.
export function suggest(field, items, take) {
  close();
  if (!items.length || document.activeElement !== field) return;
  open = { field, items, take };
  field.closest(".field").append(list());
  list().replaceChildren(
    ...items.map(({ name, text = "" }, n) => {
      const option = Object.assign(document.createElement("li"), { id: `pick-${n}`, role: "option" });
      option.append(name, Object.assign(document.createElement("small"), { textContent: text }));
      return option;
    }),
  );
  list().hidden = false;
  if (field.role) field.ariaExpanded = "true";
  mark(0);
}

function takeIt(at) {
  const { items, take } = open;
  close();
  take(items[at]);
}

const TAKE = () => takeIt(open.at);
const KEYS = { ArrowDown: () => mark(open.at + 1), ArrowUp: () => mark(open.at - 1), Enter: TAKE, Tab: TAKE, Escape: close };

function pressed(event) {
  if (!open || event.target !== open.field || !KEYS[event.key] || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  KEYS[event.key]();
}

// --- topics
const every = () => [...byId("topic-all").children].map((each) => ({ name: each.textContent, value: each.dataset.value }));

export function showTopic() {
  const find = byId("topic-find");
  if (!find) return; // a hotline without topics
  const { value } = form().elements.topic;
  const pills = [...form().querySelectorAll(".pill[data-topic]")];
  const top = pills.find((pill) => pill.dataset.topic === value)?.dataset.within ?? value;
  for (const pill of pills) {
    const { topic, below } = pill.dataset;
    pill.ariaPressed = String(Boolean(value) && (topic === value || topic === top));
    if (below) byId(below).hidden = topic !== top;
  }
  const known = every().find((each) => each.value === value);
  if (document.activeElement !== find) find.value = known?.name ?? (value && find.defaultValue);
}

export function bindTopics(changed) {
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
  document.addEventListener("keydown", pressed, true);
  document.addEventListener("mousedown", (event) => event.target.closest("#picks") && event.preventDefault());
  document.addEventListener("click", ({ target }) => {
    const option = target.closest("#picks > li");
    const pill = target.closest(".pill[data-topic]");
    if (option && open) takeIt([...list().children].indexOf(option));
    if (pill) choose(pill.dataset.topic);
  });
  document.addEventListener("input", ({ target }) => {
    if (target.id === "topic-find") offer(target, target.value.toLowerCase().split(/[\s/]+/));
  });
  document.addEventListener("focusin", ({ target }) => target.id === "topic-find" && target.select());
  document.addEventListener("focusout", ({ target }) => {
    if (target === open?.field) close();
    if (target.id === "topic-find") setTimeout(() => form() && showTopic());
  });
  document.addEventListener("keydown", (event) => {
    const { target, key, ctrlKey, altKey, metaKey } = event;
    if (target.id === "topic-find" && key === "ArrowDown") offer(target, []);
    const group = target.closest?.(".pills[id]");
    const pill = group && /^[1-9]$/.test(key) && group.querySelectorAll("[data-topic]")[key - 1];
    if (!pill || ctrlKey || altKey || metaKey) return;
    event.preventDefault();
    choose(pill.dataset.topic);
    (document.querySelector(`#${pill.dataset.below} button`) ?? pill).focus(); // the next digit names one below
  });
}
