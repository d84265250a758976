// Dialogs whose content comes from the server.
//
// <div class="modal" id="dialog"><div class="modal-dialog"><div class="modal-content"></div></div></div>
// <button hx-get="…" hx-target="#dialog .modal-content">  opens the dialog once its content is there
// HX-Trigger: dialog:close                                (response header) closes it
//
// The first field with an error, else the first field, takes the focus.

import { Modal } from "@tabler/core";

const FIRST_FIELD = ".is-invalid, [autofocus], input:not([type=hidden]), select, textarea, button[type=submit]";

function focusFirst(modal) {
  const invalid = modal.querySelector(".is-invalid");
  (invalid ?? modal.querySelector(FIRST_FIELD))?.focus();
}

export function startDialogs() {
  document.addEventListener("htmx:after:swap", ({ detail }) => {
    const target = detail.ctx.target;
    const modal = target instanceof Element && target.matches(".modal-content") && target.closest(".modal");
    if (!modal) return;
    if (modal.classList.contains("show")) focusFirst(modal);
    else Modal.getOrCreateInstance(modal).show();
  });
  document.addEventListener("shown.bs.modal", ({ target }) => focusFirst(target));
  document.addEventListener("dialog:close", () => {
    for (const modal of document.querySelectorAll(".modal.show")) Modal.getInstance(modal)?.hide();
  });
}
