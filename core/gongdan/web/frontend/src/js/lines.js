// Tables on a form with any number of lines.
//
// <div data-lines data-lines-name="materials" data-lines-most="5000">
//   <tbody data-lines-body><tr data-line> <td data-line-place></td> <input name="lines.materials.1.amount" data-column="amount">
//     <button data-line-remove> </tr></tbody>
//   <td data-sum="amount">     shows the sum of a column while it is typed in
//   <button data-line-add>     adds an empty line; so does Enter in the last one
// </div>
//
// A draft that is brought back may have more lines than the page: `draft:fill` on the form adds them first.

const NAME = /^(lines\.[^.]+\.)(\d+)(\..+)$/;

function lines(table) {
  return [...table.querySelectorAll("[data-line]")];
}

function highest(table) {
  const numbers = [...table.querySelectorAll("[name]")].map((field) => Number(NAME.exec(field.name)?.[2] ?? 0));
  return Math.max(0, ...numbers);
}

function addLine(table) {
  const pattern = lines(table).at(-1);
  if (!pattern || lines(table).length >= Number(table.dataset.linesMost)) return null;
  const copy = pattern.cloneNode(true);
  const number = highest(table) + 1;
  for (const field of copy.querySelectorAll("input, select")) {
    field.name = field.name.replace(NAME, `$1${number}$3`);
    field.id = `f-${field.name}`;
    field.value = "";
    field.classList.remove("is-invalid");
  }
  for (const problem of copy.querySelectorAll(".invalid-feedback")) problem.remove();
  pattern.after(copy);
  return copy;
}

function removeLine(table, line) {
  // The last line stays, empty, as the pattern of others.
  if (lines(table).length > 1) line.remove();
  else for (const field of line.querySelectorAll("input, select")) field.value = "";
}

function sum(table, column) {
  let cents = 0;
  for (const field of table.querySelectorAll(`[data-column="${column}"]`)) {
    const value = Number(field.value.trim());
    if (Number.isFinite(value)) cents += Math.round(value * 10000);
  }
  return cents / 10000;
}

function refresh(table) {
  lines(table).forEach((line, place) => {
    line.querySelector("[data-line-place]").textContent = place + 1;
  });
  for (const cell of table.querySelectorAll("[data-sum]")) {
    cell.textContent = sum(table, cell.dataset.sum).toLocaleString(undefined, { minimumFractionDigits: 2 });
  }
}

function changed(table) {
  refresh(table);
  table.closest("form")?.dispatchEvent(new CustomEvent("draft:save", { bubbles: true }));
}

function fillUp(form, values) {
  for (const table of form.querySelectorAll("[data-lines]")) {
    const prefix = `lines.${table.dataset.linesName}.`;
    const wanted = new Set(Object.keys(values).filter((name) => name.startsWith(prefix)).map((name) => name.split(".")[2]));
    for (let count = lines(table).length; count < wanted.size; count += 1) addLine(table);
    refresh(table);
  }
}

export function startLines() {
  for (const table of document.querySelectorAll("[data-lines]")) refresh(table);

  document.addEventListener("click", ({ target }) => {
    const table = target.closest("[data-lines]");
    if (!table) return;
    if (target.closest("[data-line-add]")) addLine(table)?.querySelector("input, select")?.focus();
    else if (target.closest("[data-line-remove]")) removeLine(table, target.closest("[data-line]"));
    else return;
    changed(table);
  });
  document.addEventListener("input", ({ target }) => {
    const table = target.closest("[data-lines]");
    if (table && target.dataset.column) refresh(table);
  });
  document.addEventListener("keydown", (event) => {
    const line = event.target.closest("[data-line]");
    if (event.key !== "Enter" || event.isComposing || !line) return;
    event.preventDefault();
    const table = line.closest("[data-lines]");
    const next = line.nextElementSibling ?? addLine(table);
    refresh(table);
    next?.querySelector("input, select")?.focus();
  });
  document.addEventListener("draft:fill", ({ target, detail }) => fillUp(target, detail));
}
