// The telephones in a window beside the desk; where that is forbidden, the link opens a tab.
if (document.getElementById("desk")) window.name = "desk"; // found again by "To the desk"

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-beside], [data-to-desk]");
  if (!link || event.ctrlKey || event.metaKey) return;
  const { availWidth, availHeight } = screen;
  const back = "toDesk" in link.dataset; // not loaded anew in a call
  const page = open(back ? "" : link.href, link.target, back ? "" : `popup,width=470,height=${availHeight},left=${availWidth - 470}`);
  if (!page) return;
  event.preventDefault();
  if (back && (page === window || page.location.href === "about:blank")) page.location = link.href;
  page.focus();
});
