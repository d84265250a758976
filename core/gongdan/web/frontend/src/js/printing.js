// <button data-print>: prints the page. <body data-printed="/address">: however the page is printed, the server is told.

export function startPrinting() {
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-print]")) window.print();
  });
  window.addEventListener("beforeprint", () => {
    const address = document.body.dataset.printed;
    if (!address) return;
    const content = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
    const headers = { "X-CSRFToken": content("csrf-token"), "X-Page-Company": content("page-company") };
    // The page may be closed with the dialog of the browser.
    fetch(address, { method: "POST", headers, keepalive: true });
  });
}
