// <button data-copy="#id" data-copied="words">: copies the text of the element and says so on the button.

const SHOWN_MS = 2000;

async function copy(button) {
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
  const words = button.querySelector("span") ?? button;
  const before = words.textContent;
  words.textContent = button.dataset.copied;
  setTimeout(() => {
    words.textContent = before;
  }, SHOWN_MS);
}

export function startCopying() {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-copy]");
    // Without HTTPS browsers give no clipboard; the text stays there to be marked by hand.
    if (button && navigator.clipboard) copy(button);
  });
}
