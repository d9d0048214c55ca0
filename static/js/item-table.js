// The item table by keyboard: J, K and arrows move, Enter opens; bars filter in place; the address keeps the open item;
// while the run is live the table reads itself again, and the page when it is over.
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

const drawer = () => document.querySelector("#item-drawer.drawer");

// The row is the open one from now on, not from the answer on: keys may come faster than answers. Answers for rows that
// were passed over on the way, and no answer at all, do not take the mark back (drawer.js).
function markOpen(link) {
  for (const row of document.querySelectorAll("#item-table tr:is([aria-current], [data-awaited])")) {
    row.removeAttribute("aria-current");
    delete row.dataset.awaited;
  }
  const row = link.closest("tr");
  row.setAttribute("aria-current", "true");
  row.dataset.awaited = "";
}

// Moves among the rows of this page; past their end the open item's own links lead on.
function move(step) {
  const rows = [...document.querySelectorAll("#item-table .item-rows__link")];
  const open = document.querySelector('#item-table tr[aria-current="true"] .item-rows__link');
  const at = rows.indexOf(drawer() ? open : document.activeElement);
  if (drawer() && at < 0) return false;
  const next = at < 0 ? rows.at(step > 0 ? 0 : -1) : rows[at + step];
  if (!next) return false;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  if (drawer()) {
    markOpen(next);
    next.click();
  }
  return true;
}

// In the capture phase: the general keys would press the drawer's links before a row could be taken.
document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
  const scrollsSomething = event.key.startsWith("Arrow") && event.target.closest(".drawer__body, .menu");
  if (scrollsSomething || !move(step)) return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// htmx boosts links of HTML, but not those inside a drawing.
document.addEventListener("click", (event) => {
  const bar = event.target.closest("#item-table svg a[href]");
  if (!bar || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  htmx.ajax("GET", bar.getAttribute("href"), { source: "#item-table", target: "#item-table", swap: "outerHTML" });
});

// What a person is at stays as it is: an open menu, a field with the focus, a marked text.
function isInUse(table) {
  const isTyping = table.contains(document.activeElement) && document.activeElement.matches("input, select");
  return isTyping || table.querySelector("details[open]") !== null || !getSelection().isCollapsed;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "item-table-live" && isInUse(event.detail.target)) event.preventDefault();
});

// The page was made with an address that filters may have changed since.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id === "run-ended") event.detail.path = location.pathname + location.search;
});

// The table's links were made before the item was opened or closed; what is open now goes along.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.target?.id !== "item-table") return;
  const [path, search] = event.detail.path.split("?");
  const query = new URLSearchParams(search);
  const current = new URLSearchParams(location.search);
  for (const name of ["item", "repeat"]) {
    query.delete(name);
    event.detail.formData.delete(name);
    if (drawer() && current.has(name)) query.set(name, current.get(name));
  }
  event.detail.path = query.size ? `${path}?${query}` : path;
});
