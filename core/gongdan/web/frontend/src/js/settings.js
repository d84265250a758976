// Settings of htmx, which it reads from <meta name="htmx-config"> while it loads.
//
// A page may carry its own <meta>; then that one counts alone.

if (!document.querySelector('meta[name="htmx-config"]')) {
  const meta = document.createElement("meta");
  meta.name = "htmx-config";
  // The look of indicators is in requests.css. No setting lets a response run scripts or reach another host.
  meta.content = JSON.stringify({ includeIndicatorCSS: false, defaultTimeout: 30_000 });
  document.head.append(meta);
}
