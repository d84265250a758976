// Filters that live in the URL, so that a view is a link one can send.
//
// <form method="get" data-filters>   leaves empty fields out of the URL
//   <select data-submit-on-change>   (forms.js) applies at once
//   <a class="chip" href="…">        a chosen filter; the link leads to the view without it (made by the server)
//
// Backspace or Delete on a focused chip takes it away, as a click does.

export function startChips() {
  document.addEventListener("formdata", ({ target, formData }) => {
    if (!target.matches("form[data-filters]")) return;
    for (const [name, value] of [...formData]) {
      if (value === "") dropEmpty(formData, name);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!["Backspace", "Delete"].includes(event.key) || !event.target.matches("a.chip")) return;
    event.preventDefault();
    event.target.click();
  });
}

function dropEmpty(formData, name) {
  const filled = formData.getAll(name).filter((value) => value !== "");
  formData.delete(name);
  for (const value of filled) formData.append(name, value);
}
