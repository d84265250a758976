// The choice of light, dark or system, kept in this browser.

const KEY = "gongdan:theme";

export function themeChoice() {
  return localStorage.getItem(KEY) ?? "system";
}

export function chooseTheme(choice) {
  if (choice === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  applyTheme();
}

export function applyTheme() {
  const choice = themeChoice();
  const dark = choice === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : choice === "dark";
  const root = document.documentElement;
  root.dataset.themeChoice = choice;
  root.dataset.bsTheme = dark ? "dark" : "light";
  document.dispatchEvent(new CustomEvent("theme:change"));
}
