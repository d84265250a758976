// Choosing many rows for one act.
//
// <form data-selection>               holds the table and the acts
//   <input type=checkbox data-select-all>
//   <input type=checkbox data-select name="ids" value="…">   shift-click chooses a run
//   <div data-selection-bar hidden><span data-selection-count></span> …</div>   shown while something is chosen

let lastClicked = null;

function boxes(form) {
  return [...form.querySelectorAll("[data-select]")];
}

function show(form) {
  const all = boxes(form);
  const chosen = all.filter((box) => box.checked).length;
  const head = form.querySelector("[data-select-all]");
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
  for (const bar of form.querySelectorAll("[data-selection-bar]")) bar.hidden = chosen === 0;
  for (const count of form.querySelectorAll("[data-selection-count]")) count.textContent = String(chosen);
}

function chooseRun(all, from, to, checked) {
  const [first, last] = [all.indexOf(from), all.indexOf(to)].sort((one, other) => one - other);
  if (first >= 0) for (const box of all.slice(first, last + 1)) box.checked = checked;
}

export function startSelection() {
  document.addEventListener("click", (event) => {
    const form = event.target.closest?.("[data-selection]");
    if (!form) return;
    if (event.target.matches("[data-select-all]")) {
      for (const box of boxes(form)) box.checked = event.target.checked;
    } else if (event.target.matches("[data-select]")) {
      if (event.shiftKey) chooseRun(boxes(form), lastClicked, event.target, event.target.checked);
      lastClicked = event.target;
    } else return;
    show(form);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-selection]").forEach(show));
}
