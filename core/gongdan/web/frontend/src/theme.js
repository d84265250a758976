// Light or dark, before the first paint: the person's choice if there is one, else the system's.
//
// Loaded in <head> without `defer`. Sets <html data-bs-theme="light|dark" data-theme-choice="light|dark|system">.

import { applyTheme } from "./js/theme.js";

applyTheme();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
