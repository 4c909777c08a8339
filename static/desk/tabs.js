// Script, answers, contacts, history: one at a time, with one search across them.
const tabs = () => [...document.querySelectorAll(".desk-tabs [role=tab]")];
const panel = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
const hits = (tab) => panel(tab).querySelectorAll("[data-hit]").length;
const nameOf = (tab) => tab.id.slice(4);

export function show(name) {
  for (const tab of tabs()) {
    const chosen = nameOf(tab) === name;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    panel(tab).hidden = !chosen;
  }
}

function choose(tab) {
  show(nameOf(tab));
  tab.focus();
}

// After a search: how many each tab holds, and the first with any comes forward.
export function count() {
  const query = document.getElementById("answers-query").value.trim();
  const [script, ...searched] = tabs();
  for (const tab of searched) tab.lastElementChild.textContent = query ? ` ${hits(tab)}` : "";
  const shown = searched.find((tab) => !panel(tab).hidden);
  if (query && !(shown && hits(shown))) show(nameOf(searched.find(hits) ?? shown ?? searched[0]));
  if (!query && panel(script).querySelector(".script")) show("script");
}

export function bind() {
  document.addEventListener("click", ({ target }) => {
    const tab = target.closest(".desk-tabs [role=tab]");
    if (tab) choose(tab);
  });
  document.addEventListener("keydown", (event) => {
    const at = tabs().indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    choose(tabs().at(to % tabs().length));
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => detail.target?.id === "found-answers" && count());
}
