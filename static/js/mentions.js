// textarea[data-mentions]: after @ the people of #mention-handles whose name or mail begins so; arrows and Enter choose.
const MOST = 6;
let list = null;

const people = () => JSON.parse(document.getElementById("mention-handles")?.textContent ?? "[]");

function close() {
  list?.remove();
  list = null;
  document.querySelector("[data-mentions][aria-expanded]")?.removeAttribute("aria-expanded");
}

// What stands between the last @ and the caret.
const asked = (field) => field.value.slice(0, field.selectionStart).match(/(?:^|[^\w@.])@([^\n@]{0,40})$/u)?.[1];

function found(word) {
  const start = word.toLocaleLowerCase();
  const all = people();
  const shared = (name) => all.filter((one) => one.name === name).length > 1;
  return all.filter((one) => [one.name, one.mail].some((text) => text.toLocaleLowerCase().startsWith(start))).slice(0, MOST)
    .map((one) => ({ label: `${one.name} · ${one.mail}`, handle: one.name && !shared(one.name) ? one.name : one.mail }));
}

function choose(field, option) {
  const before = field.value.slice(0, field.selectionStart - asked(field).length);
  const after = field.value.slice(field.selectionStart);
  field.value = `${before}${option.dataset.handle} ${after}`;
  field.selectionStart = field.selectionEnd = before.length + option.dataset.handle.length + 1;
  close();
  field.focus();
}

function show(field, options) {
  close();
  if (!options.length) return;
  list = document.createElement("ul");
  list.className = "mentions";
  list.id = "mentions";
  list.role = "listbox";
  list.ariaLabel = "People";
  list.replaceChildren(...options.map(({ label, handle }, at) => {
    const option = document.createElement("li");
    option.role = "option";
    option.id = `mention-${at}`;
    option.textContent = label;
    option.dataset.handle = handle;
    option.ariaSelected = at === 0 ? "true" : "false";
    option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(field, option); });
    return option;
  }));
  field.after(list);
  field.setAttribute("aria-controls", "mentions");
  field.setAttribute("aria-activedescendant", "mention-0");
}

function step(field, by) {
  const options = [...list.children];
  const at = options.findIndex((option) => option.ariaSelected === "true");
  const next = options[(at + by + options.length) % options.length];
  options.forEach((option) => { option.ariaSelected = option === next ? "true" : "false"; });
  field.setAttribute("aria-activedescendant", next.id);
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-mentions]")) return;
  const word = asked(event.target);
  if (word === undefined) close();
  else show(event.target, found(word));
});

// In the capture phase: Enter and Escape mean something else where no list is open.
document.addEventListener("keydown", (event) => {
  if (!list || !event.target.matches("[data-mentions]") || event.ctrlKey || event.metaKey) return;
  const chosen = list.querySelector('[aria-selected="true"]');
  const does = {
    ArrowDown: () => step(event.target, 1),
    ArrowUp: () => step(event.target, -1),
    Enter: () => choose(event.target, chosen),
    Tab: () => choose(event.target, chosen),
    Escape: close,
  }[event.key];
  if (!does) return;
  event.preventDefault();
  event.stopPropagation();
  does();
}, true);

document.addEventListener("focusout", (event) => { if (event.target.matches("[data-mentions]")) close(); });
