// <button data-theme-set="light|dark|system">: chooses the theme. The chosen button has aria-pressed="true".

import { chooseTheme, themeChoice } from "./theme.js";

function markChosen() {
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeSet === themeChoice()));
  }
}

export function startThemeSwitch() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-set]");
    if (!button) return;
    chooseTheme(button.dataset.themeSet);
    markChosen();
  });
  markChosen();
}
