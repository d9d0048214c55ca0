// The open item: where the focus goes, arrow keys, closing beside the table, copying a body, showing the whole of it.
// J, K and Escape are data-key links of the drawer, which keys.js presses.
const drawer = () => document.querySelector("#item-drawer.drawer");

function rowOf(place) {
  const row = document.querySelector(`[data-item-place="${CSS.escape(place)}"]`);
  return row?.matches("a, button, [tabindex]") ? row : (row?.querySelector("a, button, [tabindex]") ?? row);
}

function closeBesideTable(open, href) {
  const place = document.createElement("aside");
  place.id = open.id;
  place.hidden = true;
  open.replaceWith(place);
  history.pushState({ htmx: true }, "", href);
  document.querySelectorAll("[data-item-place][aria-current]").forEach((row) => row.removeAttribute("aria-current"));
  rowOf(open.dataset.place)?.focus();
}

async function textOf(href) {
  const response = await fetch(href);
  if (!response.ok) throw new Error(`${response.status} for ${href}`);
  return response.text();
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "item-drawer") return; // a restored page has no target
  const open = drawer();
  if (!open) return;
  const awaited = document.querySelector("[data-item-place][data-awaited]");
  if (awaited && awaited.dataset.itemPlace !== open.dataset.place) return; // somebody has moved on meanwhile
  for (const row of document.querySelectorAll("[data-item-place]")) {
    delete row.dataset.awaited;
    if (row.dataset.itemPlace === open.dataset.place) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
});

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => {
    document.querySelectorAll("[data-awaited]").forEach((row) => delete row.dataset.awaited);
  });
}

document.addEventListener("htmx:afterSettle", () => {
  const open = drawer();
  if (!open || "seen" in open.dataset) return;
  open.dataset.seen = "";
  // A row beside the drawer keeps the focus; what lies under a sheet does not, nor does a link that was swapped away.
  const covers = getComputedStyle(open).position === "fixed";
  if (document.activeElement === document.body || (covers && !open.contains(document.activeElement))) {
    open.querySelector(".drawer__title").focus({ preventScroll: true });
  }
});

document.addEventListener("keydown", (event) => {
  const href = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (!href || event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const link = drawer()?.querySelector(`[rel="${href}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

document.addEventListener("click", async (event) => {
  const open = drawer();
  const link = event.target.closest("[data-drawer-close], [data-copy-from], [data-show-all]");
  if (!open || !link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.matches("[data-drawer-close]")) {
    if (!("beside" in open.dataset)) return;
    event.preventDefault();
    closeBesideTable(open, link.href);
  } else if (link.matches("[data-copy-from]")) {
    if (!navigator.clipboard) return; // without TLS there is none: the link opens the text
    event.preventDefault();
    await navigator.clipboard.writeText(await textOf(link.href));
    link.dataset.copied = "";
    setTimeout(() => delete link.dataset.copied, 1500);
  } else {
    event.preventDefault();
    const body = link.closest("div").querySelector(".body-text, .prose, .code-block");
    const whole = document.createElement("p");
    whole.className = "body-text";
    whole.textContent = await textOf(link.href);
    body.replaceWith(whole);
    link.parentElement.remove();
  }
});
