// The search box that answers while one types. htmx fetches, this module opens, closes and walks the answers.
//
// <div data-search>
//   <input type="search" role="combobox" aria-controls="hits" aria-expanded="false" autocomplete="off"
//          hx-get="…" hx-trigger="input changed delay:150ms" hx-target="#hits" hx-sync="this:replace">
//   <div id="hits" role="listbox" data-search-hits hidden></div>   hits: <a role="option" id="…" href="…">
// </div>
//
// Arrow keys choose a hit, Enter opens it (without a choice the form is sent), Escape closes the list.

function parts(element) {
  const box = element.closest?.("[data-search]");
  return box && { input: box.querySelector("input"), hits: box.querySelector("[data-search-hits]") };
}

function setOpen({ input, hits }, open) {
  hits.hidden = !open;
  input.setAttribute("aria-expanded", String(open));
  if (!open) choose({ input, hits }, null);
}

function choose({ input, hits }, option) {
  hits.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  if (option) {
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  } else input.removeAttribute("aria-activedescendant");
}

function step(box, by) {
  const options = [...box.hits.querySelectorAll("[role=option]")];
  const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = now < 0 ? (by > 0 ? 0 : options.length - 1) : (now + by + options.length) % options.length;
  if (options.length) choose(box, options[next]);
}

function onKey(event) {
  const box = parts(event.target);
  if (!box || event.target !== box.input || box.hits.hidden || event.isComposing) return;
  const chosen = box.hits.querySelector("[aria-selected=true]");
  if (event.key === "ArrowDown") step(box, 1);
  else if (event.key === "ArrowUp") step(box, -1);
  else if (event.key === "Escape") setOpen(box, false);
  else if (event.key === "Enter" && chosen) chosen.click();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

export function startSearch() {
  document.addEventListener("htmx:after:swap", ({ detail }) => {
    const box = parts(detail.ctx.sourceElement);
    if (box?.input.value.trim()) setOpen(box, box.hits.childElementCount > 0);
  });
  document.addEventListener("input", ({ target }) => {
    const box = parts(target);
    if (box && !box.input.value.trim()) setOpen(box, false);
  });
  // Before the shortcuts, which also listen for Escape and Enter.
  document.addEventListener("keydown", onKey, { capture: true });
  document.addEventListener("focusin", ({ target }) => {
    const own = parts(target)?.hits;
    for (const hits of document.querySelectorAll("[data-search-hits]:not([hidden])")) {
      if (hits !== own) setOpen(parts(hits), false);
    }
  });
  document.addEventListener("click", ({ target }) => {
    for (const hits of document.querySelectorAll("[data-search-hits]:not([hidden])")) {
      if (!hits.closest("[data-search]").contains(target)) setOpen(parts(hits), false);
    }
  });
}
