// form[data-select-rows]: "select all" box, a count of ticked rows, and a bar that shows once enough are ticked.
function update(form) {
  const boxes = [...form.querySelectorAll("[data-select-row]")];
  const ticked = boxes.filter((box) => box.checked).length;
  const all = form.querySelector("[data-select-all]");
  if (all) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
  for (const count of form.querySelectorAll("[data-select-count]")) count.textContent = ticked;
  for (const part of form.querySelectorAll("[data-select-least]")) part.hidden = ticked < Number(part.dataset.selectLeast);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-select-rows]");
  if (!form) return;
  if (event.target.matches("[data-select-all]")) {
    for (const box of form.querySelectorAll("[data-select-row]")) box.checked = event.target.checked;
  }
  update(form);
});

const updateAll = () => document.querySelectorAll("form[data-select-rows]").forEach(update);
updateAll();
document.addEventListener("htmx:load", updateAll);
