// What a clerk does twenty times a day, from the keyboard.
//
// data-key="row"   a row of a list: j and k move from row to row; Enter opens the row's data-key="open" or first link
// data-key="open"  inside a row: the link that Enter follows
// data-key="e"     (any one character: e next move, a assign, n note, d done, c new, / search, ? the list of keys;
//                  several, with blanks between them, for an element that answers to several)
//                  the key presses a button or link, or puts the cursor into a field
// Escape           leaves a field, then the chosen row
//
// A key looks first inside the chosen row, then on the page, and takes the first element that can be seen. Keys
// rest while one types, composes characters, holds Ctrl, Alt or Cmd, or has a dialog open, and for people who
// have switched them off: <body data-shortcuts="off">. The chosen row has the class is-current.

const CURRENT = "is-current";
const FIELD = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select";

function isVisible(element) {
  return element.checkVisibility();
}

function rows() {
  return [...document.querySelectorAll('[data-key="row"]')].filter(isVisible);
}

function currentRow() {
  return document.querySelector(`[data-key="row"].${CURRENT}`);
}

function rowLink(row) {
  return row.querySelector('[data-key="open"]') ?? row.querySelector("a[href]");
}

function setCurrent(row) {
  currentRow()?.classList.remove(CURRENT);
  if (!row) return;
  row.classList.add(CURRENT);
  row.scrollIntoView({ block: "nearest" });
  // The focus goes along, so that a screen reader reads the row and Tab continues from it.
  rowLink(row)?.focus({ preventScroll: true });
}

function move(by) {
  const all = rows();
  if (!all.length) return false;
  const now = all.indexOf(currentRow());
  const next = now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + by, 0), all.length - 1);
  setCurrent(all[next]);
  return true;
}

function openCurrent(event) {
  const row = currentRow();
  // Enter on a focused link or button is the browser's own.
  if (!row || event.target.closest("a, button, summary")) return false;
  rowLink(row)?.click();
  return true;
}

function leave() {
  const active = document.activeElement;
  if (active?.matches(FIELD)) active.blur();
  else setCurrent(null);
  return false;
}

function press(key) {
  const selector = `[data-key~="${CSS.escape(key)}"]`;
  const places = [currentRow(), document].filter(Boolean);
  const element = places.flatMap((place) => [...place.querySelectorAll(selector)]).find(isVisible);
  if (!element || element.matches(":disabled")) return false;
  if (element.matches(FIELD)) {
    element.focus();
    element.select?.();
  } else element.click();
  return true;
}

function isResting(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return true;
  return document.body.dataset.shortcuts === "off" || document.querySelector(".modal.show") !== null;
}

function isTyping({ target }) {
  return target.matches(FIELD) || target.isContentEditable;
}

function answer(event) {
  if (event.key === "Escape") return leave();
  if (isTyping(event)) return false;
  if (event.key === "j") return move(1);
  if (event.key === "k") return move(-1);
  if (event.key === "Enter") return openCurrent(event);
  return event.key.length === 1 && event.key !== " " && press(event.key);
}

export function startShortcuts() {
  document.addEventListener("keydown", (event) => {
    if (!isResting(event) && answer(event)) event.preventDefault();
  });
}
