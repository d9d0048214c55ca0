// The reviewer's keys that a click cannot stand for: Enter keeps the choice, Ctrl-Enter or Cmd-Enter keeps it and moves
// on, also from within the note. Letters and numbers are data-key elements, which keys.js presses.
const press = (name) => document.querySelector(`[data-review-decision] [data-review-${name}]`)?.click();

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

// On a phone the list would stand between the reviewer and the item.
function foldList() {
  if (matchMedia("(width <= 70rem)").matches) document.querySelector(".workspace__list")?.removeAttribute("open");
  document.querySelector(".workspace__row[aria-current]")?.scrollIntoView({ block: "nearest" });
}

foldList();
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "review-workspace") foldList();
});
