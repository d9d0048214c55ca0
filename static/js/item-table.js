// The item table by keyboard and beside an open item: J, K and arrows move, Enter opens, Esc closes, bars filter in place.
const NEXT = new Set(["j", "ArrowDown"]);
const PREVIOUS = new Set(["k", "ArrowUp"]);

const drawer = () => document.querySelector("aside#item-drawer");
const links = () => [...document.querySelectorAll("#item-table .item-rows__link")];

function markOpenRow() {
  const query = new URLSearchParams(location.search);
  for (const row of document.querySelectorAll("#item-table tr[data-item]")) {
    const isOpen = row.dataset.item === query.get("item") && row.dataset.repeat === (query.get("repeat") ?? "0");
    if (isOpen) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function openAddress() {
  const query = new URLSearchParams(location.search);
  query.delete("item");
  query.delete("repeat");
  const rest = query.toString();
  return rest ? `${location.pathname}?${rest}` : location.pathname;
}

function closeDrawer() {
  const open = document.querySelector('#item-table tr[aria-current="true"] .item-rows__link');
  const closed = document.createElement("div");
  closed.id = "item-drawer";
  closed.hidden = true;
  drawer().replaceWith(closed);
  history.pushState({ htmx: true }, "", openAddress());
  markOpenRow();
  open?.focus();
}

// Moves among the rows of this page; past their end the open item's own links lead to the next page's.
function move(step) {
  const rows = links();
  const open = document.querySelector('#item-table tr[aria-current="true"] .item-rows__link');
  const at = rows.indexOf(drawer() ? open : document.activeElement);
  const next = at < 0 && !drawer() ? rows[step > 0 ? 0 : rows.length - 1] : rows[at + step];
  if (!next || (drawer() && at < 0)) return false;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  if (drawer()) next.click();
  return true;
}

function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

// In the capture phase: the general keys would click the drawer's links before a row could be taken.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const step = NEXT.has(event.key) ? 1 : PREVIOUS.has(event.key) ? -1 : 0;
  const isScrolling = event.key.startsWith("Arrow") && event.target.closest(".drawer, .menu");
  if (step && !isScrolling && move(step)) {
    event.preventDefault();
    event.stopPropagation();
  }
}, true);

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  if (drawer() && event.target.closest("#item-drawer [data-drawer-close]")) {
    event.preventDefault();
    closeDrawer();
    return;
  }
  // htmx boosts links of HTML, not those inside a drawing.
  const bar = event.target.closest("#item-table svg a[href]");
  if (!bar) return;
  event.preventDefault();
  htmx.ajax("GET", bar.getAttribute("href"), { source: "#item-table", target: "#item-table", swap: "outerHTML" });
});

document.addEventListener("htmx:pushedIntoHistory", markOpenRow);
document.addEventListener("htmx:afterSettle", markOpenRow);
