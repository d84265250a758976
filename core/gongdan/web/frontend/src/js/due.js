// Due times that run on while the page is open.
//
// <body data-now="1772676000000" data-due-words='{"left": "还有 {time}", …}'>   the server's clock and its words
// <time class="due" data-due="…" data-near="…" [data-missed]><svg><use href="…#clock"></svg> <span>还有 20 分</span></time>
//
// Says what web/due_times.py says: two units at most. Turns amber at data-near and red at data-due. The reader's own
// clock may be wrong; what counts is how far it is from the server's.

const EVERY_MS = 5_000;
const MINUTE = 60_000;
const DAY = 24 * 60;

let ahead = 0;
let words = {};

function fill(text, name, value) {
  return text.replace(`{${name}}`, value);
}

function length(ms) {
  const minutes = Math.floor(ms / MINUTE);
  const [days, hours, rest] = [Math.floor(minutes / DAY), Math.floor((minutes % DAY) / 60), minutes % 60];
  const units = days ? [["day", days], ["hour", hours]] : [["hour", hours], ["minute", rest]];
  return units
    .filter(([, number]) => number)
    .map(([unit, number]) => fill(words[unit], "n", number))
    .join(" ");
}

function text(left) {
  if (Math.abs(left) < MINUTE) return left < 0 ? words.just : words.soon;
  return fill(left < 0 ? words.late : words.left, "time", length(Math.abs(left)));
}

function show(element, now) {
  const left = Date.parse(element.dataset.due) - now;
  const isLate = left < 0 || "missed" in element.dataset;
  const said = element.querySelector("span");
  const fresh = text(left);
  if (said.textContent !== fresh) said.textContent = fresh;
  element.classList.toggle("is-late", isLate);
  element.classList.toggle("is-near", !isLate && now >= Date.parse(element.dataset.near));
  const use = element.querySelector("use");
  const [file] = use.getAttribute("href").split("#");
  const href = `${file}#${isLate ? "alert-circle" : "clock"}`;
  if (use.getAttribute("href") !== href) use.setAttribute("href", href);
}

function showAll() {
  const now = Date.now() + ahead;
  for (const element of document.querySelectorAll("time[data-due]")) show(element, now);
}

export function startDueTimes() {
  const { now, dueWords } = document.body.dataset;
  if (!dueWords) return;
  ahead = Number(now) - Date.now();
  words = JSON.parse(dueWords);
  setInterval(showAll, EVERY_MS);
  document.addEventListener("visibilitychange", showAll);
}
