// The telephones in a window of their own beside the desk; where a browser forbids that, the link opens a tab.
const WIDTH = 470;

if (document.getElementById("desk")) window.name = "desk"; // so that "To the desk" finds this window again

function beside(link) {
  const { availWidth, availHeight } = window.screen;
  return window.open(link.href, "telephones", `popup,width=${WIDTH},height=${availHeight},left=${availWidth - WIDTH},top=0`);
}

// The desk is shown as it is: to load it anew would not help anybody in a call.
function toDesk(link) {
  const desk = window.open("", "desk");
  if (desk && (desk === window || desk.location.href === "about:blank")) desk.location = link.href;
  return desk;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-beside], [data-to-desk]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const opened = "toDesk" in link.dataset ? toDesk(link) : beside(link);
  if (!opened) return;
  event.preventDefault();
  opened.focus();
});
