// [data-menu]: a details menu closes on a click elsewhere and on Escape. [data-sidebar-toggle] folds the sidebar.
import { remember } from "./settings.js";

const root = document.documentElement;

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

function toggleSidebar() {
  const collapsed = root.dataset.sidebar === "collapsed";
  if (collapsed) delete root.dataset.sidebar;
  else root.dataset.sidebar = "collapsed";
  remember("sidebar", collapsed ? null : "collapsed");
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details[data-menu]"));
  if (event.target.closest("[data-sidebar-toggle]")) toggleSidebar();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details[data-menu][open]");
  if (!open) return;
  event.preventDefault();
  open.open = false;
  open.querySelector("summary").focus();
});
