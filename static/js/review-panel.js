// The review of one item: what is being typed elsewhere in the panel outlives an answer, refusals are shown, digits choose,
// Ctrl or Cmd with Enter saves what was changed and goes on to the next item, and "begin with the output" fills the field.
const panel = () => document.getElementById("review-panel");

const FIELDS = "input:not([type=hidden]), textarea, select";
const isChanged = (field) => {
  if (field.matches("[type=radio], [type=checkbox]")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
};
const changedFields = (form) => [...form.querySelectorAll(FIELDS)].filter(isChanged);

let drafts = [];
let waiting = null; // forms still to be sent before going on

const placeOf = (field) => ({ form: new URL(field.form.action).pathname, name: field.name, value: field.value });

function keepDrafts(sent, isRefused) {
  drafts = [...panel().querySelectorAll("form")].filter((form) => form !== sent || isRefused).flatMap(changedFields)
    .map((field) => ({ ...placeOf(field), checked: field.checked }));
}

function restoreDrafts() {
  const fields = [...panel().querySelectorAll(FIELDS)];
  for (const draft of drafts) {
    const found = fields.find((field) => {
      const place = placeOf(field);
      return place.form === draft.form && place.name === draft.name && (!field.matches("[type=radio]") || field.value === draft.value);
    });
    if (!found) continue;
    if (found.matches("[type=radio], [type=checkbox]")) found.checked = draft.checked;
    else found.value = draft.value;
    const fold = found.closest("details.fold");
    if (fold) fold.open = true;
  }
  drafts = [];
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "review-panel" || !panel()) return;
  const isRefused = [400, 409].includes(event.detail.xhr.status);
  if (isRefused) Object.assign(event.detail, { shouldSwap: true, isError: false });
  keepDrafts(event.detail.requestConfig.elt.closest("form"), isRefused);
  if (isRefused) waiting = null;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "review-panel" || !panel()) return;
  restoreDrafts();
  panel().querySelector("[data-review-problem]")?.scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (waiting !== null && event.detail.elt?.id === "review-panel") sendNext();
});

// One form after the other, each with the version that the answer before it brought; then the next item.
function sendNext() {
  const form = panel() && [...panel().querySelectorAll("form[data-review-form]")].find((one) => changedFields(one).length > 0);
  if (form && !form.reportValidity()) waiting = null;
  else if (form) form.requestSubmit();
  else {
    waiting = null;
    document.querySelector('#item-drawer [rel="next"]')?.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || !panel() || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && document.querySelector("#item-drawer [rel=next], #item-drawer #review-panel")) {
    if (document.querySelector("[data-review-decision]")) return; // a queue has its own way on
    event.preventDefault();
    waiting = [];
    sendNext();
    return;
  }
  if (event.ctrlKey || event.metaKey || !/^[1-9]$/.test(event.key)) return;
  const choice = event.target.matches("[type=radio]") && event.target.closest("#review-panel [data-choices]")?.querySelectorAll("[type=radio]")[event.key - 1];
  if (!choice) return;
  event.preventDefault();
  event.stopPropagation();
  choice.focus();
  choice.click();
}, true);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-fill-from]");
  if (!button) return;
  const link = document.querySelector(`[data-panel="${button.dataset.fillFrom}"] [data-copy-from]`);
  const field = button.form.querySelector("textarea");
  if (!link || !field) return;
  const response = await fetch(link.href);
  if (response.ok) field.value = await response.text();
  field.focus();
});

// A part that is opened by its key is there to be written in.
document.addEventListener("toggle", (event) => {
  if (event.target.open && event.target.matches("#review-panel details") && document.activeElement === event.target.querySelector("summary")) {
    event.target.querySelector("textarea, input:not([type=hidden]), .menu__item")?.focus();
  }
}, true);
