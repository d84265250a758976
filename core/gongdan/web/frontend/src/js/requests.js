// Every htmx request carries the CSRF token and the company of its page; a request that gets no answer says so on the page.
//
// <meta name="csrf-token" content="…">  the token, sent as X-CSRFToken
// <meta name="page-company" content="…"> the code of the company, sent as X-Page-Company
// <div data-offline-notice hidden>…</div>  shown while the last request got no answer, hidden by the next that does

const HEADERS = { "csrf-token": "X-CSRFToken", "page-company": "X-Page-Company" };

function showOffline(offline) {
  for (const notice of document.querySelectorAll("[data-offline-notice]")) notice.hidden = !offline;
}

export function startRequests() {
  document.addEventListener("htmx:config:request", ({ detail }) => {
    for (const [name, header] of Object.entries(HEADERS)) {
      const content = document.querySelector(`meta[name="${name}"]`)?.content;
      if (content) detail.ctx.request.headers[header] = content;
    }
  });
  // Without a response the network failed; an answer of any status is the server's to explain.
  document.addEventListener("htmx:error", ({ detail }) => {
    if (detail.ctx && !detail.ctx.response) showOffline(true);
  });
  document.addEventListener("htmx:after:request", () => showOffline(false));
  window.addEventListener("online", () => showOffline(false));
}
