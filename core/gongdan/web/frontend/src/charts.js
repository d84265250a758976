// Charts, on pages that have some. ECharts, with just the kinds we draw, as SVG.
//
// <div class="chart" data-chart="figures-by-week" role="img" aria-label="…"></div>
// <script type="application/json" id="figures-by-week">{ an ECharts option }</script>
//
// The option comes from the server and holds data only. A point whose data item has a `url` opens it: every figure
// opens the list that it counts. The same figures belong beside the chart as a table. Colours and type follow the
// page, and change with the theme. Tooltips are drawn as text, not as HTML, so no inline style is needed.

import { BarChart, HeatmapChart, LineChart, PieChart } from "echarts/charts";
import {
  AriaComponent,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([
  BarChart, HeatmapChart, LineChart, PieChart,
  AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent,
  VisualMapComponent, SVGRenderer,
]);

const TONES = ["--tone-ours-line", "--tone-waiting-line", "--tone-done-line", "--tone-late-line", "--tone-new-line"];

const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) echarts.getInstanceByDom(target)?.resize();
});

// ECharts reads no oklch(), so a canvas turns each colour into one that it knows.
function pageColour(name) {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  probe.style.color = `var(${name})`;
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

function pageAxes(axes, text, line) {
  const style = { axisLabel: { color: text }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } } };
  return axes && [axes].flat().map((axis) => ({ ...style, ...axis }));
}

function pageOption(option) {
  const [text, line] = [pageColour("--tblr-body-color"), pageColour("--tblr-border-color")];
  return {
    animationDuration: 150,
    aria: { enabled: true },
    color: TONES.map(pageColour),
    grid: { left: 8, right: 8, top: option.legend ? 40 : 16, bottom: 8, containLabel: true },
    textStyle: { color: text, fontFamily: getComputedStyle(document.body).fontFamily },
    ...option,
    xAxis: pageAxes(option.xAxis, text, line),
    yAxis: pageAxes(option.yAxis, text, line),
    legend: option.legend && { top: 0, textStyle: { color: text }, ...option.legend },
    tooltip: { ...option.tooltip, renderMode: "richText" },
  };
}

function draw(element) {
  echarts.getInstanceByDom(element)?.dispose();
  const chart = echarts.init(element, null, { renderer: "svg" });
  chart.setOption(pageOption(JSON.parse(document.getElementById(element.dataset.chart).textContent)));
  chart.on("click", ({ data }) => {
    if (data?.url) location.assign(data.url);
  });
  resized.observe(element);
}

function drawMissing() {
  for (const element of document.querySelectorAll("[data-chart]")) {
    if (!echarts.getInstanceByDom(element)) draw(element);
  }
}

drawMissing();
document.addEventListener("htmx:after:swap", drawMissing);
document.addEventListener("theme:change", () => document.querySelectorAll("[data-chart]").forEach(draw));
