// Bundles src/ into ../static/. hatch_build.py runs it with the Node from PyPI; it takes no arguments.
//
//   src/app.js     every page, loaded with `defer`: htmx, Alpine, Tabler and our modules
//   src/app.css    every page: Tabler and our design
//   src/paper.css  pages that show papers: the sheet, on the screen and in print
//   src/theme.js   every page, loaded without `defer` in <head>: light or dark before the first paint
//   src/charts.js  pages with charts: ECharts with just the kinds of chart that we draw
//   src/icons.txt  icons.svg, one <symbol> a line: <svg class="icon"><use href="…/icons.svg#NAME"/></svg>

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const TARGET = "../static";
const ICONS = "node_modules/@tabler/icons/icons";

// A line is `name` (outline) or `filled/name`, whose symbol is called `name-filled`; `#` begins a comment.
async function symbol(line) {
  const [style, name] = line.includes("/") ? line.split("/") : ["outline", line];
  const svg = await readFile(`${ICONS}/${style}/${name}.svg`, "utf8");
  const shapes = svg
    .replace(/^[^]*?<svg[^>]*>|<\/svg>[^]*$/g, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s*\n\s*/g, "");
  const paint =
    style === "filled"
      ? 'fill="currentColor"'
      : 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}${style === "filled" ? "-filled" : ""}" viewBox="0 0 24 24" ${paint}>${shapes}</symbol>`;
}

async function sprite() {
  const list = await readFile("src/icons.txt", "utf8");
  const lines = list.split("\n").map((line) => line.replace(/#.*/, "").trim()).filter(Boolean);
  const symbols = await Promise.all(lines.map(symbol));
  await writeFile(
    `${TARGET}/icons.svg`,
    `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`,
  );
}

await mkdir(TARGET, { recursive: true });
await sprite();
await build({
  entryPoints: ["src/app.js", "src/app.css", "src/charts.js", "src/paper.css", "src/theme.js"],
  outdir: TARGET,
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "iife",
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
});
