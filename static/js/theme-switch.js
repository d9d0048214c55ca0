// [data-theme-switch]: system, light or dark, remembered in this browser.
import { remember } from "./settings.js";

const root = document.documentElement;

function show() {
  const current = root.dataset.theme ?? "system";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === current));
  }
}

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]")?.dataset.themeChoice;
  if (!choice) return;
  if (choice === "system") delete root.dataset.theme;
  else root.dataset.theme = choice;
  remember("theme", choice === "system" ? null : choice);
  show();
});

show();
