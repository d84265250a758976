// What every page runs. Each module explains at its top which attributes it answers to.
//
// Modules listen on `document`, so content that htmx swaps in needs no second start. Nothing here evaluates
// strings or writes inline styles or scripts: it all runs under `default-src 'self'`, with `img-src 'self'
// data:` for the arrows and ticks inside Tabler's style sheet.

import "./js/settings.js"; // Before htmx, which reads its settings while it loads.
import htmx from "htmx.org";
import Alpine from "@alpinejs/csp";
import "@tabler/core";

import { startBuildings } from "./js/building.js";
import { startChips } from "./js/chips.js";
import { startComposition } from "./js/composition.js";
import { startCopying } from "./js/copying.js";
import { startDialogs } from "./js/dialogs.js";
import { startDrafts } from "./js/drafts.js";
import { startDueTimes } from "./js/due.js";
import { startFill } from "./js/fill.js";
import { startForms } from "./js/forms.js";
import { startLines } from "./js/lines.js";
import { startLightbox } from "./js/lightbox.js";
import { startMentions } from "./js/mentions.js";
import { startPrinting } from "./js/printing.js";
import { startRequests } from "./js/requests.js";
import { startRows } from "./js/rows.js";
import { startSearch } from "./js/search.js";
import { startSelection } from "./js/selection.js";
import { startShortcuts } from "./js/shortcuts.js";
import { startSigning } from "./js/signing.js";
import { startThemeSwitch } from "./js/theme-switch.js";
import { startUploads } from "./js/uploads.js";

startRequests();
startComposition();
startForms();
startFill();
startLines();
startDrafts();
startDialogs();
startCopying();
startRows();
startSearch();
startBuildings();
startChips();
startSelection();
startUploads();
startLightbox();
startMentions();
startShortcuts();
startSigning();
startPrinting();
startThemeSwitch();
startDueTimes();

window.htmx = htmx;
window.Alpine = Alpine;
Alpine.start();
