// Small manners of ordinary forms.
//
// <form data-confirm="question">  asks before it is sent
// <form method="post">            is sent once: while the answer is awaited its buttons are disabled
// <form> refused by the server    begins at the first wrong field, or at what is said about it as a whole
// <select data-submit-on-change>  sends its form when the choice changes

const AWAITED = "awaited";

const WRONG_FIELD = "main form .is-invalid";
const REFUSAL = "main form .notice[role=alert][tabindex]";

function setDisabled(form, disabled) {
  for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = disabled;
}

export function startForms() {
  (document.querySelector(WRONG_FIELD) ?? document.querySelector(REFUSAL))?.focus();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (form.dataset.state === AWAITED || (question && !window.confirm(question))) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, { capture: true });
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    event.target.dataset.state = AWAITED;
    // The pressed button's own value is read when the browser sends the form, right after this event.
    setTimeout(() => setDisabled(event.target, true));
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-submit-on-change]")) target.form.requestSubmit();
  });
  // A page that comes back from the browser's cache may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) {
      if (form.dataset.state === AWAITED) setDisabled(form, false);
      delete form.dataset.state;
    }
  });
}
