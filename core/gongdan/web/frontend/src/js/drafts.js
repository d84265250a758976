// Forms keep what was typed until the server has it.
//
// <form data-keep="ticket-new">     saves its fields in this browser while they are typed in
// <div data-keep-notice hidden>     inside the form: shown when typed text was brought back
// <button type="button" data-keep-discard>  inside the form: forgets the draft and empties the form
// <body data-keep-done="KEY KEY">   the server has taken these forms; their drafts go
// <meta name="account" content="…"> whose drafts these are; nobody else is shown them
// <form data-keep-forget>           (signing out) forgets every draft in this browser
//
// `draft:fill` is told on a form before a draft is brought back into it, with its values by name.
//
// A form that htmx sends is done when its answer is below 400. Passwords, files, hidden fields and fields with
// data-keep-off are never kept. A draft lives seven days.

const PREFIX = "gongdan:draft:";
const LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;
const PAUSE_MS = 300;
const NEVER_KEPT = "[type=password], [type=file], [type=hidden], [data-keep-off]";

const timers = new WeakMap();

function account() {
  return document.querySelector('meta[name="account"]')?.content ?? "";
}

function storageKey(key) {
  return `${PREFIX}${account()}:${key}`;
}

function keptFields(form) {
  return [...form.elements].filter((field) => field.name && !field.matches(NEVER_KEPT) && "value" in field);
}

function isChoice(field) {
  return field.type === "checkbox" || field.type === "radio";
}

function chosenValues(field) {
  return [...field.selectedOptions].map((option) => option.value);
}

// Values by name, in the order of the fields, so that repeated names keep their places.
function readForm(form) {
  const values = {};
  for (const field of keptFields(form)) {
    const value = isChoice(field) ? field.checked : field.multiple ? chosenValues(field) : field.value;
    (values[field.name] ??= []).push(value);
  }
  return values;
}

function writeField(field, value) {
  if (isChoice(field)) field.checked = value;
  else if (field.multiple) for (const option of field.options) option.selected = value.includes(option.value);
  else field.value = value;
}

function fillForm(form, values) {
  const places = {};
  for (const field of keptFields(form)) {
    const place = (places[field.name] = (places[field.name] ?? -1) + 1);
    const value = values[field.name]?.[place];
    if (value !== undefined) writeField(field, value);
  }
}

function save(form) {
  const draft = { saved: Date.now(), values: readForm(form) };
  try {
    localStorage.setItem(storageKey(form.dataset.keep), JSON.stringify(draft));
  } catch {
    // A full or forbidden store costs the draft, not the form.
  }
}

function forget(key) {
  localStorage.removeItem(storageKey(key));
}

function load(key) {
  const text = localStorage.getItem(storageKey(key));
  const draft = text && JSON.parse(text);
  if (draft && Date.now() - draft.saved > LIFETIME_MS) {
    forget(key);
    return null;
  }
  return draft;
}

function showNotice(form, shown) {
  const notice = form.querySelector("[data-keep-notice]");
  if (notice) notice.hidden = !shown;
}

function restore(form) {
  const draft = load(form.dataset.keep);
  if (!draft || JSON.stringify(draft.values) === JSON.stringify(readForm(form))) return;
  form.dispatchEvent(new CustomEvent("draft:fill", { bubbles: true, detail: draft.values }));
  fillForm(form, draft.values);
  showNotice(form, true);
}

function restoreAll(root) {
  for (const form of root.querySelectorAll("form[data-keep]")) {
    if (form.dataset.keepRestored) continue;
    form.dataset.keepRestored = "true";
    restore(form);
  }
}

function saveSoon(form) {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => save(form), PAUSE_MS));
}

function saveNow(form) {
  clearTimeout(timers.get(form));
  save(form);
}

function done(form) {
  clearTimeout(timers.get(form));
  forget(form.dataset.keep);
  showNotice(form, false);
}

function forgetEverything() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}

export function startDrafts() {
  for (const key of (document.body.dataset.keepDone ?? "").split(" ").filter(Boolean)) forget(key);
  restoreAll(document);

  document.addEventListener("input", ({ target }) => {
    const form = target.form?.closest("form[data-keep]");
    if (form) saveSoon(form);
  });
  document.addEventListener("draft:save", ({ target }) => {
    if (target.matches("form[data-keep]")) saveSoon(target);
  });
  document.addEventListener("submit", ({ target }) => {
    if (target.matches("[data-keep-forget]")) forgetEverything();
    if (target.matches("[data-keep]")) saveNow(target);
  });
  document.addEventListener("click", ({ target }) => {
    const form = target.closest("[data-keep-discard]")?.closest("form[data-keep]");
    if (!form) return;
    done(form);
    form.reset();
  });
  document.addEventListener("htmx:after:request", ({ detail }) => {
    const form = detail.ctx.request.form?.closest("form[data-keep]");
    if (form && detail.ctx.request.method !== "GET" && detail.ctx.response.status < 400) done(form);
  });
  document.addEventListener("htmx:after:swap", () => restoreAll(document));
}
