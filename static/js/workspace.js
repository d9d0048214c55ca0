// The reviewer's keys that a click cannot stand for: Enter keeps the choice and, once it is kept, takes the next item;
// Ctrl-Enter or Cmd-Enter does both at once, also from within the note; Space and the like scroll the item, wherever the
// focus is. Letters and numbers are data-key elements, which keys.js presses.
const isChanged = (field) => field.matches("[type=radio]") ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;

function press(name) {
  const decision = document.querySelector("[data-review-decision]");
  const onward = document.querySelector("[data-review-on]");
  const hasChange = [...(decision?.querySelectorAll("[type=radio], textarea") ?? [])].some(isChanged);
  (onward && !hasChange ? onward : decision?.querySelector(`[data-review-${name}]`))?.click();
}

// In the capture phase: elsewhere on the page Ctrl-Enter belongs to the panel of the item.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const isFinishing = event.ctrlKey || event.metaKey;
  // Elsewhere Enter does what it always does: follow a link, press a button, begin a line.
  const hasOwnUse = event.target.closest("a, button, summary, textarea, select, input:not([type=radio])");
  if (!isFinishing && (hasOwnUse || event.shiftKey)) return;
  if (event.target.closest("#review-panel form")) return;
  event.preventDefault();
  event.stopPropagation();
  press(isFinishing ? "finish" : "keep");
}, true);

// In parts of the pane's height. The focus stands on the item's title, from where the browser would scroll nothing.
const SCROLLS = { " ": 0.85, PageDown: 0.85, PageUp: -0.85, ArrowDown: 0.1, ArrowUp: -0.1 };

document.addEventListener("keydown", (event) => {
  const pane = document.querySelector(".workspace__body");
  const part = SCROLLS[event.key] * (event.key === " " && event.shiftKey ? -1 : 1);
  if (!part || !pane || pane.scrollHeight <= pane.clientHeight || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!event.target.matches("body, #item-title") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  pane.scrollBy({ top: part * pane.clientHeight });
});

const isNarrow = () => matchMedia("(width <= 70rem)").matches;
const shownPlace = () => document.getElementById("item-drawer")?.dataset.place;
let place = shownPlace();

// On a phone the list would stand between the reviewer and the item.
function foldList() {
  if (isNarrow()) document.querySelector(".workspace__list")?.removeAttribute("open");
  document.querySelector(".workspace__row[aria-current]")?.scrollIntoView({ block: "nearest" });
}

foldList();
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "review-workspace") return;
  foldList();
  // There the page scrolls as a whole, and the decision on the last item was taken at its end.
  if (isNarrow() && shownPlace() !== place) scrollTo({ top: 0 });
  place = shownPlace();
});
