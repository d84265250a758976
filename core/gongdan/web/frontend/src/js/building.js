// The building grid: walking it with the arrow keys, a card beside the tile, answers that stand out, finding a unit.
//
// <div data-building>
//   <input type="radio" name="by" value="open">              the question; css/building.css colours the tiles by it
//   <ul data-legend="open"><button data-answer="some" aria-pressed="false">   lets the units with this answer stand out
//   <input data-find>                                        dims the units whose words do not hold what is typed
//   <a data-unit data-answer-open="some" data-words="501 王芳" data-state="…" data-people="…⏎…" data-tickets="…" data-flags="…">
//   <div class="unit-card" hidden>                           filled from the tile under the pointer or the focus
// </div>

const GAP_PX = 8;

function card(tile) {
  return tile.closest("[data-building]").querySelector(".unit-card");
}

function line(text, className) {
  const element = document.createElement("div");
  element.className = className ?? "";
  element.textContent = text;
  return element;
}

function head(tile) {
  const element = line("", "unit-card-head");
  const [name, state] = [document.createElement("strong"), document.createElement("span")];
  name.textContent = tile.dataset.label;
  state.textContent = tile.dataset.state ?? "";
  element.append(name, state);
  return element;
}

function showCard(tile) {
  const box = card(tile);
  const lines = line("", "unit-card-lines");
  const { people, tickets, flags } = tile.dataset;
  lines.append(...(people ? people.split("\n") : [box.dataset.nobody]).map((text) => line(text)));
  if (tickets) lines.append(line(tickets, "unit-card-open"));
  if (flags) lines.append(line(flags, "unit-card-flags"));
  box.replaceChildren(head(tile), lines);
  box.hidden = false;
  const [at, size] = [tile.getBoundingClientRect(), box.getBoundingClientRect()];
  const isBelow = at.bottom + GAP_PX + size.height < innerHeight;
  box.style.top = `${isBelow ? at.bottom + GAP_PX : at.top - GAP_PX - size.height}px`;
  box.style.left = `${Math.min(Math.max(GAP_PX, at.left), innerWidth - size.width - GAP_PX)}px`;
}

function hideCards() {
  for (const box of document.querySelectorAll(".unit-card:not([hidden])")) box.hidden = true;
}

// Rows of tiles from the top, so that up and down stay in a column as well as they can.
function rowsOf(building) {
  return [...building.querySelectorAll(".tower tbody tr")].map((row) => [...row.querySelectorAll("[data-unit]")]);
}

function nearest(tiles, tile) {
  const middle = ({ left, width }) => left + width / 2;
  const from = middle(tile.getBoundingClientRect());
  const distance = (other) => Math.abs(middle(other.getBoundingClientRect()) - from);
  return tiles.reduce((best, other) => (distance(other) < distance(best) ? other : best), tiles[0]);
}

function neighbour(tile, key) {
  const rows = rowsOf(tile.closest("[data-building]")).filter((row) => row.length);
  const row = rows.find((tiles) => tiles.includes(tile));
  const [line, place] = [rows.indexOf(row), row.indexOf(tile)];
  if (key === "ArrowLeft") return row[place - 1];
  if (key === "ArrowRight") return row[place + 1];
  if (key === "Home") return row[0];
  if (key === "End") return row.at(-1);
  const next = rows[line + (key === "ArrowUp" ? -1 : 1)];
  return next && nearest(next, tile);
}

// One tile can be reached with Tab, the arrow keys lead to the others.
function focusTile(tile) {
  for (const other of tile.closest("[data-building]").querySelectorAll('[data-unit][tabindex="0"]')) other.tabIndex = -1;
  tile.tabIndex = 0;
  tile.focus();
}

function question(building) {
  return building.querySelector('[name="by"]:checked')?.value ?? "open";
}

function answerName(building) {
  const by = question(building);
  return `answer${by[0].toUpperCase()}${by.slice(1)}`;
}

function words(text) {
  return text.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
}

function dim(building) {
  const pressed = building.querySelector(`[data-legend="${question(building)}"] [aria-pressed="true"]`);
  const typed = words(building.querySelector("[data-find]")?.value ?? "");
  const name = answerName(building);
  for (const tile of building.querySelectorAll("[data-unit]")) {
    const isMeant = !pressed || tile.dataset[name] === pressed.dataset.answer;
    const isFound = typed.every((word) => tile.dataset.words.includes(word));
    tile.classList.toggle("is-dim", !isMeant || !isFound);
    tile.classList.toggle("is-found", typed.length > 0 && isMeant && isFound);
  }
}

function press(button) {
  const isPressed = button.getAttribute("aria-pressed") === "true";
  for (const other of button.closest("[data-legend]").querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", String(!isPressed));
  dim(button.closest("[data-building]"));
}

// The question stands in the address, and in the tabs that lead to other buildings.
function rememberQuestion(building) {
  const withQuestion = (address) => {
    const url = new URL(address, location.href);
    url.searchParams.set("by", question(building));
    return url;
  };
  history.replaceState(history.state, "", withQuestion(location.href));
  for (const tab of building.querySelectorAll(".building-tabs a")) tab.href = withQuestion(tab.href);
}

export function startBuildings() {
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const tile = event.target.closest?.("[data-unit]");
    if (tile) showCard(tile);
    else if (event.target.closest?.("[data-building]")) hideCards();
  });
  document.addEventListener("focusin", ({ target }) => {
    hideCards();
    if (target.matches("[data-unit]:focus-visible")) showCard(target);
  });
  document.addEventListener("scroll", hideCards, { capture: true, passive: true });
  document.addEventListener("keydown", (event) => {
    const tile = event.target.closest?.("[data-unit]");
    if (!tile) return;
    if (event.key === "Escape") hideCards();
    if (!["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const next = neighbour(tile, event.key);
    if (next) focusTile(next);
  });
  document.addEventListener("change", ({ target }) => {
    const building = target.matches('[name="by"]') && target.closest("[data-building]");
    if (!building) return;
    dim(building);
    rememberQuestion(building);
  });
  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-find]")) dim(target.closest("[data-building]"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("[data-find]")) return;
    event.preventDefault();
    const found = event.target.closest("[data-building]").querySelector("[data-unit].is-found");
    found?.scrollIntoView({ block: "center", inline: "center" });
    if (found) focusTile(found);
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-legend] [data-answer]");
    if (button) press(button);
  });
}
