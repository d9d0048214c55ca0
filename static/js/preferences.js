// The theme and the folded sidebar, remembered in this browser. A plain script in the head, so that both stand before
// the first paint. [data-theme-choice] picks system, light or dark; [data-sidebar-toggle] folds or unfolds.
(() => {
  const root = document.documentElement;

  function recall(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      // Storage can be forbidden; the page then follows the system.
      return null;
    }
  }

  function remember(name, value) {
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, value);
    } catch {
      // The choice then lasts until the next page.
    }
  }

  function apply(name, value) {
    if (value === null) delete root.dataset[name];
    else root.dataset[name] = value;
  }

  function change(name, value) {
    apply(name, value);
    remember(name, value);
  }

  function showChoice() {
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (root.dataset.theme ?? "system")));
    }
  }

  root.dataset.js = "";
  for (const name of ["theme", "sidebar"]) apply(name, recall(name));
  document.addEventListener("DOMContentLoaded", showChoice);

  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-theme-choice]")?.dataset.themeChoice;
    if (choice) {
      change("theme", choice === "system" ? null : choice);
      showChoice();
    }
    if (event.target.closest("[data-sidebar-toggle]")) change("sidebar", root.dataset.sidebar ? null : "collapsed");
  });
})();
