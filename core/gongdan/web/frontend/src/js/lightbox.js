// Photos large: one after the other, those of before and after side by side.
//
// <div data-photos data-close="…" data-previous="…" data-next="…">    photos of one thing; names of the buttons
//   <div data-photo-group>                                            what is seen together
//     <a href="the photo" data-photo="words under it"><img></a>
//
// Without scripts the link opens the photo. Arrow keys and the buttons lead on, Esc and a click beside it close.

function button(sign, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = sign;
  made.ariaLabel = made.title = label;
  made.addEventListener("click", act);
  return made;
}

function figure(link) {
  const made = document.createElement("figure");
  const image = document.createElement("img");
  const words = document.createElement("figcaption");
  image.src = link.href;
  image.alt = words.textContent = link.dataset.photo;
  made.append(image, words);
  return made;
}

function open(link) {
  const photos = link.closest("[data-photos]");
  const groups = [...photos.querySelectorAll("[data-photo-group]")];
  const dialog = document.createElement("dialog");
  const bar = document.createElement("div");
  const place = document.createElement("span");
  const stage = document.createElement("div");
  let at = groups.indexOf(link.closest("[data-photo-group]"));

  const show = (index) => {
    at = Math.min(Math.max(index, 0), groups.length - 1);
    stage.replaceChildren(...[...groups[at].querySelectorAll("a[data-photo]")].map(figure));
    place.textContent = `${at + 1} / ${groups.length}`;
    previous.disabled = at === 0;
    next.disabled = at === groups.length - 1;
  };
  const previous = button("‹", photos.dataset.previous, () => show(at - 1));
  const next = button("›", photos.dataset.next, () => show(at + 1));
  const close = button("×", photos.dataset.close, () => dialog.close());

  dialog.className = "lightbox";
  bar.className = "lightbox-bar";
  stage.className = "lightbox-stage";
  bar.append(place, previous, next, close);
  dialog.append(bar, stage);
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target === stage || target === dialog) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
    // Keys of the page behind it are not meant.
    event.stopPropagation();
  });
  document.body.append(dialog);
  show(at);
  dialog.showModal();
  close.focus();
}

export function startLightbox() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-photo]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
}
