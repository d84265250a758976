// Names of colleagues after an @ in a text.
//
// <div class="mention-box"><textarea data-mentions='["张敏", "李建"]'></textarea></div>
//
// Arrow keys choose, Enter or Tab takes the name, Escape closes the list.

const MOST = 6;
const TYPED = /@([^\s@，。、；：]{0,12})$/u;

let open = null;

function typedName(field) {
  return TYPED.exec(field.value.slice(0, field.selectionStart))?.[1];
}

function close() {
  open?.list.remove();
  open?.field.removeAttribute("aria-controls");
  open = null;
}

function take(name) {
  const { field } = open;
  const before = field.value.slice(0, field.selectionStart).replace(TYPED, `@${name} `);
  field.value = before + field.value.slice(field.selectionStart);
  field.setSelectionRange(before.length, before.length);
  close();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function choose(index) {
  const items = [...open.list.children];
  open.index = (index + items.length) % items.length;
  for (const [place, item] of items.entries()) item.setAttribute("aria-selected", String(place === open.index));
  open.field.setAttribute("aria-activedescendant", items[open.index].id);
}

function item(name, place) {
  const element = document.createElement("div");
  element.id = `mention-${place}`;
  element.className = "hit";
  element.role = "option";
  element.textContent = name;
  // The field keeps the focus, so that the cursor is where the name goes.
  element.addEventListener("mousedown", (event) => {
    event.preventDefault();
    take(name);
  });
  return element;
}

function show(field, names) {
  close();
  const list = document.createElement("div");
  list.id = "mention-list";
  list.className = "mention-list";
  list.role = "listbox";
  list.append(...names.map(item));
  field.parentElement.append(list);
  field.setAttribute("aria-controls", list.id);
  open = { field, list, names, index: 0 };
  choose(0);
}

function onInput({ target }) {
  if (!target.matches?.("[data-mentions]")) return;
  const typed = typedName(target);
  if (typed === undefined) return close();
  const names = JSON.parse(target.dataset.mentions).filter((name) => name.includes(typed)).slice(0, MOST);
  const isTaken = names.length === 1 && names[0] === typed;
  if (names.length && !isTaken) show(target, names);
  else close();
}

function onKey(event) {
  if (!open || event.target !== open.field || event.isComposing) return;
  if (event.key === "ArrowDown") choose(open.index + 1);
  else if (event.key === "ArrowUp") choose(open.index - 1);
  else if (event.key === "Enter" || event.key === "Tab") take(open.names[open.index]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

export function startMentions() {
  document.addEventListener("input", onInput);
  document.addEventListener("keydown", onKey, { capture: true });
  document.addEventListener("focusout", ({ target }) => {
    if (target === open?.field) close();
  });
}
