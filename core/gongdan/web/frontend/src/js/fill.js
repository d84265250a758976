// A choice fills fields of the form it stands in: the caller's rooms, the hits of a field that finds something.
//
// <button type="button" data-fill='{"asset": "…", "place": "3-2-501"}'>   fills the fields of these names
// <input data-clears="asset">   when somebody types into it, the choice kept in the hidden field is no longer his
//
// A filled hidden field tells of its change (event `change`), a filled text is kept like a typed one.

function fill(form, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (!(field instanceof HTMLElement)) continue;
    field.value = value;
    if (field.type === "hidden") field.dispatchEvent(new Event("change", { bubbles: true }));
    else saveDraft(field);
  }
}

// drafts.js listens for `input`; composition.js and htmx must not take it for typing.
function saveDraft(field) {
  field.form.dispatchEvent(new CustomEvent("draft:save", { bubbles: true }));
}

function close(button) {
  const hits = button.closest("[data-search-hits]");
  if (!hits) return;
  hits.hidden = true;
  const input = hits.closest("[data-search]").querySelector("input[role=combobox]");
  input?.setAttribute("aria-expanded", "false");
  input?.focus();
}

export function startFill() {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-fill]");
    const form = button?.closest("form");
    if (!form) return;
    fill(form, JSON.parse(button.dataset.fill));
    close(button);
  });
  document.addEventListener("input", ({ target }) => {
    const field = target.dataset?.clears && target.form?.elements.namedItem(target.dataset.clears);
    if (!field?.value) return;
    field.value = "";
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
