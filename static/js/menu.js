// details[data-menu]: the menu closes on a click elsewhere and on Escape.
function openMenus() {
  return document.querySelectorAll("details[data-menu][open]");
}

document.addEventListener("click", (event) => {
  const clicked = event.target.closest("details[data-menu]");
  for (const menu of openMenus()) {
    if (menu !== clicked) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const [menu] = openMenus();
  if (event.key !== "Escape" || !menu) return;
  event.preventDefault();
  menu.open = false;
  menu.querySelector("summary").focus();
});
