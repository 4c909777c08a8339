// Tabs of one page: arrows move, the panel follows; the chosen tab is the only stop of the Tab key.
function choose(tab) {
  for (const each of tab.parentElement.children) {
    const on = each === tab;
    each.setAttribute("aria-selected", String(on));
    each.tabIndex = on ? 0 : -1;
    const panel = document.getElementById(each.getAttribute("aria-controls"));
    if (panel) panel.hidden = !on;
  }
  tab.dispatchEvent(new CustomEvent("tabs:chosen", { bubbles: true }));
}

document.addEventListener("click", ({ target }) => {
  const tab = target.closest("[data-tabs] > [role=tab]");
  if (tab) choose(tab);
});
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-tabs] > [role=tab]");
  const all = tab && [...tab.parentElement.children];
  const to = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
  if (!tab || !to) return;
  event.preventDefault();
  const place = Math.abs(to) === 1 ? (all.indexOf(tab) + to + all.length) % all.length : to < 0 ? 0 : all.length - 1;
  choose(all[place]);
  all[place].focus();
});
