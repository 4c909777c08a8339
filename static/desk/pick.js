// Suggestions under a field: arrows move, Enter or Tab takes one, Escape closes. The focus stays in the field.
let open;
const list = () => document.getElementById("picks");

function mark(at) {
  open.at = (at + open.items.length) % open.items.length;
  [...list().children].forEach((option, n) => option.setAttribute("aria-selected", String(n === open.at)));
  list().children[open.at].scrollIntoView({ block: "nearest" });
  open.field.setAttribute("aria-activedescendant", `pick-${open.at}`);
}

export function close() {
  if (!open) return;
  open.field.removeAttribute("aria-activedescendant");
  if (open.field.role === "combobox") open.field.setAttribute("aria-expanded", "false");
  open = undefined;
  if (list()) list().hidden = true;
}

// `items` are {name, text}; `take` is called with the one that was chosen.
export function suggest(field, items, take) {
  close();
  if (!items.length || document.activeElement !== field) return;
  open = { field, items, take };
  field.closest(".field").append(list());
  list().replaceChildren(
    ...items.map(({ name, text = "" }, n) => {
      const option = document.createElement("li");
      option.id = `pick-${n}`;
      option.role = "option";
      option.append(name, Object.assign(document.createElement("small"), { textContent: text }));
      return option;
    }),
  );
  list().hidden = false;
  if (field.role === "combobox") field.setAttribute("aria-expanded", "true");
  mark(0);
}

function takeIt(at) {
  const { items, take } = open;
  close();
  take(items[at]);
}

const KEYS = {
  ArrowDown: () => mark(open.at + 1),
  ArrowUp: () => mark(open.at - 1),
  Enter: () => takeIt(open.at),
  Tab: () => takeIt(open.at),
  Escape: close,
};
document.addEventListener(
  "keydown",
  (event) => {
    if (!open || event.target !== open.field || !KEYS[event.key] || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key]();
  },
  true,
);
document.addEventListener("mousedown", (event) => event.target.closest("#picks") && event.preventDefault());
document.addEventListener("click", (event) => {
  const option = event.target.closest("#picks > li");
  if (option && open) takeIt([...list().children].indexOf(option));
});
document.addEventListener("focusout", (event) => open && event.target === open.field && close());
