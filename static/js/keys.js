// data-key="r", "g r", "/" or "Escape": the key clicks its element, or focuses it when it is a field. ? lists them all.
const PAUSE_BETWEEN_KEYS = 900;
let pending = "";
let pendingSince = 0;

function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

function elementFor(keys) {
  const candidates = document.querySelectorAll(`[data-key~="${CSS.escape(keys.split(" ").at(-1))}"]`);
  return [...candidates].findLast((element) => element.dataset.key === keys && element.checkVisibility());
}

function activate(element) {
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function fillHelp(list) {
  const known = new Map([["?", "This list"]]);
  for (const element of document.querySelectorAll("[data-key]")) {
    // What does not show does not hear its key; what stands in a hidden list is heard by another script.
    if (!element.checkVisibility() && !element.closest("[hidden]")) continue;
    known.set(element.dataset.key, element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.textContent.trim());
  }
  // Those of this page before those that lead elsewhere.
  const inOrder = [...known].sort(([one], [other]) => one.startsWith("g ") - other.startsWith("g "));
  list.replaceChildren(...inOrder.flatMap(([keys, label]) => {
    const term = document.createElement("dt");
    term.textContent = label;
    const description = document.createElement("dd");
    for (const key of keys.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = { Escape: "Esc", Enter: "↵", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" }[key] ?? key;
      description.append(cap);
    }
    return [term, description];
  }));
}

function showHelp() {
  const dialog = document.getElementById("keyboard-help");
  if (dialog && !dialog.open) dialog.showModal();
}

document.getElementById("keyboard-help")?.addEventListener("beforetoggle", (event) => {
  if (event.newState === "open") fillHelp(event.target.querySelector("[data-keys]"));
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (isTyping(event.target)) {
    if (event.key !== "Escape") return;
    event.preventDefault(); // else a search field would also forget its text
    event.target.blur();
    return;
  }
  if (event.key === "?") return showHelp();
  const keys = pending && event.timeStamp - pendingSince < PAUSE_BETWEEN_KEYS ? `${pending} ${event.key}` : event.key;
  const element = elementFor(keys);
  const begins = !element && document.querySelector(`[data-key^="${CSS.escape(event.key)} "]`) !== null;
  pending = begins && !keys.includes(" ") ? event.key : "";
  pendingSince = event.timeStamp;
  if (!element) return;
  event.preventDefault();
  activate(element);
});
