// Forms that take any number of rows.
//
// <div data-rows>
//   <div data-row> <input name="phone"> <input type="checkbox" name="consent-0"> </div>   the last row is the pattern
// </div>
// <button type="button" data-add-row>  right after the rows: adds an empty row; numbers at the end of names go on

function numbered(name, number) {
  return name.replace(/-\d+$/, `-${number}`);
}

function emptyCopy(row, number) {
  const copy = row.cloneNode(true);
  for (const field of copy.querySelectorAll("input, select")) {
    field.name = numbered(field.name, number);
    field.classList.remove("is-invalid");
    if (field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
  return copy;
}

export function startRows() {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-add-row]");
    const rows = button?.parentElement.querySelector("[data-rows]");
    if (!rows) return;
    const copy = emptyCopy(rows.querySelector("[data-row]:last-of-type"), rows.childElementCount);
    rows.append(copy);
    copy.querySelector("input")?.focus();
  });
}
