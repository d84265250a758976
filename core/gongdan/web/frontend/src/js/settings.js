// Settings of htmx, which it reads from <meta name="htmx-config"> while it loads.
//
// A page may carry its own <meta>; then that one counts alone.

if (!document.querySelector('meta[name="htmx-config"]')) {
  const meta = document.createElement("meta");
  meta.name = "htmx-config";
  // The look of indicators is in requests.css. No setting lets a response run scripts or reach another host.
  // Without a settling delay, htmx carries no style attribute over to what it swaps in, which the policy would refuse.
  meta.content = JSON.stringify({ includeIndicatorCSS: false, defaultTimeout: 30_000, defaultSettleDelay: 0 });
  document.head.append(meta);
}
