// Every htmx request carries the CSRF token; a request that gets no answer says so on the page.
//
// <meta name="csrf-token" content="…">  the token, sent as X-CSRFToken
// <div data-offline-notice hidden>…</div>  shown while the last request got no answer, hidden by the next that does

function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content;
}

function showOffline(offline) {
  for (const notice of document.querySelectorAll("[data-offline-notice]")) notice.hidden = !offline;
}

export function startRequests() {
  document.addEventListener("htmx:config:request", ({ detail }) => {
    const token = csrfToken();
    if (token) detail.ctx.request.headers["X-CSRFToken"] = token;
  });
  // Without a response the network failed; an answer of any status is the server's to explain.
  document.addEventListener("htmx:error", ({ detail }) => {
    if (detail.ctx && !detail.ctx.response) showOffline(true);
  });
  document.addEventListener("htmx:after:request", () => showOffline(false));
  window.addEventListener("online", () => showOffline(false));
}
