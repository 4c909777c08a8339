// The register: the call beside the list, moved through by keyboard; chips that go by Delete; menus that close.
const byId = (id) => document.getElementById(id);
const register = byId("register");
const drawer = byId("drawer");
const narrow = matchMedia("(width < 900px)");
const typing = (target) => target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
const openCall = () => drawer.querySelector("[data-call]")?.dataset.call;
const linkOf = (call) => byId(`open-${call}`);
let current = drawer.hidden ? "" : openCall();
let wished = ""; // what the address says while the drawer is still on its way
let intoDrawer = false;
let timer;
let before = ""; // the key before this one

// --- the drawer -------------------------------------------------------------------------------------------------------
function mark() {
  for (const row of document.querySelectorAll("#rows tr")) {
    const open = row.id === `call-${current}`;
    row.classList.toggle("open", open);
    const link = row.querySelector("th a");
    if (open) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const sheet = narrow.matches && !drawer.hidden;
  for (const element of [...register.children, byId("list")]) {
    if (!element.contains(drawer)) element.inert = sheet && element.id !== "said";
  }
}

function address(call) {
  const url = new URL(location);
  if (call) url.searchParams.set("call", call);
  else url.searchParams.delete("call");
  return url;
}

function show(call, { focus = false, delay = 0, keep = false } = {}) {
  const link = linkOf(call);
  const url = link ? `${link.pathname}drawer/` : `/calls/${call}/drawer/`;
  if (!keep) history[current ? "replaceState" : "pushState"]({ call }, "", address(call));
  if (!current) byId("said").textContent = narrow.matches ? "" : register.dataset.said;
  current = wished = call;
  intoDrawer = focus || narrow.matches;
  mark();
  clearTimeout(timer);
  timer = setTimeout(() => htmx.ajax("GET", url, { source: drawer, target: drawer, swap: "innerHTML" }), delay);
}

function close({ keep = false } = {}) {
  const call = current;
  const inside = drawer.contains(document.activeElement) || document.activeElement === document.body;
  clearTimeout(timer);
  if (!keep) history.replaceState({}, "", address(""));
  current = wished = "";
  drawer.hidden = true;
  drawer.replaceChildren();
  byId("said").textContent = "";
  mark();
  if (inside) linkOf(call)?.focus();
}

function move(step, inside) {
  const links = [...document.querySelectorAll("#rows th a")];
  const here = inside ? linkOf(current) : document.activeElement.closest("tr")?.querySelector("th a");
  const next = links[links.indexOf(here) + step];
  if (!next) return;
  if (!inside) next.focus();
  next.closest("tr").scrollIntoView({ block: "nearest" });
  if (current) show(next.id.slice(5), { focus: inside, delay: 120 });
}

register.addEventListener("click", (event) => {
  const row = event.target.closest("#rows tr");
  if (event.target.closest("[data-close]")) {
    event.preventDefault();
    close();
  }
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey || getSelection()?.toString()) return;
  event.preventDefault();
  const call = row.id.slice(5);
  const link = linkOf(call);
  if (current === call && document.activeElement === link) return byId("drawer-title")?.focus();
  link.focus();
  show(call);
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const inside = drawer.contains(event.target);
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key === "Escape" && closeMenus(event.target)) return;
  if (event.key === "Escape" && current) return close();
  if (typing(event.target) || !plain) return;
  if (["Delete", "Backspace"].includes(event.key)) {
    const cross = event.target.closest("[data-remove]") ?? event.target.closest(".chip")?.querySelector("[data-remove]");
    if (cross && !event.target.closest(".menu-sheet")) cross.click();
  }
  const going = before === "g"; // g and a letter go to another page
  before = event.key;
  if (going) return;
  const step = { j: 1, k: -1, ...(inside ? {} : { ArrowDown: 1, ArrowUp: -1 }) }[event.key];
  if (step && (inside || event.target.closest("#rows"))) {
    event.preventDefault();
    move(step, inside);
  }
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target === drawer && !wished) detail.shouldSwap = false; // closed meanwhile
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target === drawer) {
    drawer.hidden = false;
    drawer.scrollTop = 0;
    if (intoDrawer) byId("drawer-title").focus();
    intoDrawer = false;
  }
  if (detail.target.id === "views") (byId("undo") ?? byId("views").querySelector("[aria-current], a")).focus();
  if (detail.target.id === "drawer-number") byId("revealed")?.focus();
});
for (const kind of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(kind, ({ detail }) => {
    if (detail.target !== drawer || !wished) return;
    drawer.replaceChildren(byId("drawer-trouble").content.cloneNode(true)); // never another call's story
    drawer.hidden = false;
  });
}
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  mark(); // not before: a row that is put in anew is given its old class until it has settled
  if (detail.elt.id === "list" && document.activeElement === document.body) document.querySelector("#rows th a")?.focus();
});
addEventListener("popstate", () => {
  const call = new URL(location).searchParams.get("call");
  if (call && call !== current) show(call, { keep: true });
  if (!call && current) close({ keep: true });
});
narrow.addEventListener("change", mark);

// --- menus --------------------------------------------------------------------------------------------------------------
function closeMenus(within, but) {
  const open = [...document.querySelectorAll(".menu[open]")].filter((menu) => menu !== but);
  for (const menu of open) {
    if (menu.contains(within)) menu.querySelector("summary").focus();
    menu.open = false;
  }
  return open.length > 0;
}
document.addEventListener("click", ({ target }) => closeMenus(null, target.closest(".menu")));

// Another filter is another page: the focus is where it was.
const FOCUS = "register-focus";
const remember = ({ target }) => {
  const chip = target.closest?.(".chips .chip");
  if (chip) sessionStorage.setItem(FOCUS, chip.id || chip.querySelector("summary").id);
};
document.addEventListener("submit", remember);
document.addEventListener("click", (event) => event.target.closest(".chips a") && remember(event));
byId(sessionStorage.getItem(FOCUS))?.focus();
sessionStorage.removeItem(FOCUS);
mark();
