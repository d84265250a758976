// While an input method composes (pinyin before it becomes characters), fields that send requests stay silent.
//
// Browsers fire `input` for every half-typed syllable. Those are held back from fields with hx-get or hx-post;
// one `input` follows when the characters stand.

const ASKING = "[hx-get], [hx-post]";

export function startComposition() {
  document.addEventListener(
    "input",
    (event) => {
      if (event.isComposing && event.target.matches(ASKING)) event.stopImmediatePropagation();
    },
    { capture: true },
  );
  document.addEventListener("compositionend", ({ target }) => {
    if (target.matches(ASKING)) target.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
