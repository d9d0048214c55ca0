// [data-chart="id"] draws the figure in the JSON script of that id with Plotly, whose script [data-plotly] loads first.
// Figures come without colours and are dressed from the tokens, again when the theme changes. [data-chart-export]
// inside the same <figure> saves it as png, svg or csv. A click on a point of a trend leads to its run.
const MARKS = ["--mark-neutral", "--mark-accent", "--mark-info", "--mark-warn", "--mark-good"];
const DASHES = ["dot", "solid", "dash", "dashdot", "longdash"];
const SYMBOLS = ["square", "circle", "diamond", "triangle-up", "triangle-down"];
// The style sheets that Plotly, and the maps inside it, would write into the page by these ids; the page forbids it.
// What is needed of them stands in chart.css.
const SHEETS = ["plotly.js-style-global", "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53"];
const VERDICTS = {
  worse: { symbol: "triangle-down", token: "--mark-bad" },
  "worse?": { symbol: "triangle-down-open", token: "--mark-bad" },
  better: { symbol: "triangle-up", token: "--mark-good" },
  "better?": { symbol: "triangle-up-open", token: "--mark-good" },
};
let plotly = null;

function loadPlotly(src) {
  plotly ??= new Promise((resolve, reject) => {
    for (const id of SHEETS) document.head.append(Object.assign(document.createElement("template"), { id, className: "no-inline-styles" }));
    const script = document.createElement("script");
    script.src = src;
    script.onload = () => resolve(globalThis.Plotly);
    script.onerror = reject;
    document.head.append(script);
  });
  return plotly;
}

// A token may be a light-dark() pair; only a painted element knows which half counts.
function colourOf(token) {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function axis(title, more) {
  const line = colourOf("--line");
  return { title: { text: title, standoff: 8 }, gridcolor: line, linecolor: line, zeroline: false, fixedrange: true, automargin: true, ...more };
}

function layoutOf(figure) {
  const layout = figure.kind === "trend" ? trendLayout(figure) : comparisonLayout(figure);
  const { fontFamily } = getComputedStyle(document.body);
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: fontFamily, size: 11, color: colourOf("--ink-muted") },
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
    hoverlabel: { bgcolor: colourOf("--surface-2"), bordercolor: colourOf("--line"), font: { color: colourOf("--ink") }, align: "left" },
    ...layout,
  };
}

function comparisonLayout(figure) {
  const isScatter = figure.kind === "scatter";
  const ends = isScatter && figure.range && figure.range[0] !== figure.range[1] ? padded(figure.range) : undefined;
  return {
    margin: { l: 48, r: 12, t: 12, b: 52 },
    showlegend: !isScatter,
    hovermode: isScatter ? "closest" : "x unified",
    xaxis: axis(figure.x, { range: ends, nticks: 8, type: figure.axis ?? "-" }),
    yaxis: axis(figure.y, figure.kind === "parallel" ? { range: [-0.05, 1.05], showticklabels: false } : isScatter ? { range: ends } : { rangemode: "tozero" }),
    shapes: linesOf(figure, ends).map((line) => ({ type: "line", line: { color: colourOf("--line-strong"), width: 1, dash: "dot" }, ...line })),
  };
}

// What happened along a trend: a line across the wanted value, lines down at releases and where the dataset changed.
function trendLayout(figure) {
  const across = figure.threshold === null ? [] : [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: figure.threshold, y1: figure.threshold, layer: "below", line: { color: colourOf("--ink-muted"), width: 1, dash: "dash" } }];
  const down = ({ x }, token, dash) => ({ type: "line", x0: x, x1: x, yref: "paper", y0: 0, y1: 1, layer: "below", line: { color: colourOf(token), width: 1, dash } });
  const label = ({ x, name }, token, yanchor) => ({ x, yref: "paper", y: yanchor === "top" ? 1 : 0, yanchor, xanchor: "right", text: plain(name), textangle: -90, showarrow: false, font: { color: colourOf(token), size: 10 } });
  return {
    margin: { l: 48, r: 16, t: 12, b: 52 },
    showlegend: figure.traces.length > 1,
    hovermode: "closest",
    xaxis: axis(figure.x, { type: figure.axis, nticks: 8, ...(figure.axis === "category" ? { categoryorder: "array", categoryarray: figure.order } : {}) }),
    yaxis: axis(figure.y, { range: figure.range ?? undefined }),
    shapes: [...across, ...figure.versions.map((one) => down(one, "--mark-warn", "dot")), ...figure.releases.map((one) => down(one, "--mark-info", "solid"))],
    annotations: [...figure.versions.map((one) => label(one, "--ink-warn", "bottom")), ...figure.releases.map((one) => label(one, "--ink-info", "top"))],
  };
}

// Plotly reads some tags in texts; names that people gave have none.
function plain(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

// The bands lie under all lines.
function trendTraces({ traces }) {
  return [...traces.map(bandOf), ...traces.map(lineOf)];
}

function bandOf(trace) {
  const between = trace.x.map((_, place) => place).filter((place) => trace.low[place] !== null && trace.high[place] !== null);
  const back = [...between].reverse();
  return {
    type: "scatter", mode: "lines", fill: "toself", fillcolor: colourOf(MARKS[trace.number - 1]), opacity: 0.16, line: { width: 0 },
    hoverinfo: "skip", showlegend: false, legendgroup: plain(trace.name),
    x: [...between, ...back].map((place) => trace.x[place]),
    y: [...between.map((place) => trace.high[place]), ...back.map((place) => trace.low[place])],
  };
}

function lineOf(trace) {
  const colour = colourOf(MARKS[trace.number - 1]);
  const name = plain(trace.name);
  const marked = trace.marks.map((mark) => VERDICTS[mark]);
  const marker = {
    color: marked.map((mark) => (mark ? colourOf(mark.token) : colour)),
    symbol: marked.map((mark) => mark?.symbol ?? SYMBOLS[trace.number - 1]),
    size: marked.map((mark) => (mark ? 14 : 6)),
    line: { width: 0 },
  };
  return {
    type: "scatter", mode: "lines+markers", name, legendgroup: name, x: trace.x, y: trace.y, customdata: trace.runs, marker, cliponaxis: false,
    line: { color: colour, width: 2, dash: trace.number === 2 ? "solid" : DASHES[trace.number - 1] },
    text: trace.text.map((lines) => lines.map(plain).join("<br>")), hovertemplate: "%{text}<extra></extra>",
  };
}

// Where both runs are equal, or the place that the page stands at.
function linesOf(figure, ends) {
  if (ends) return [{ x0: ends[0], y0: ends[0], x1: ends[1], y1: ends[1], layer: "below" }];
  return "mark" in figure ? [{ x0: figure.mark, x1: figure.mark, yref: "paper", y0: 0, y1: 1 }] : [];
}

function padded([low, high]) {
  const room = (high - low) * 0.08;
  return [low - room, high + room];
}

function traceOf(figure, trace) {
  const colour = colourOf(MARKS[trace.number - 1]);
  if (figure.kind === "spread") {
    const line = { color: colour, width: 2, shape: "hvh", dash: DASHES[trace.number - 1] };
    return trace.x.length < 6
      ? { type: "bar", name: trace.name, x: trace.x, y: trace.y, marker: { color: colour }, hovertemplate: "%{y:.1f} %" }
      : { type: "scatter", mode: "lines", name: trace.name, x: trace.x, y: trace.y, line, hovertemplate: "%{y:.1f} %" };
  }
  if (figure.kind === "curve") {
    const line = { color: colour, width: 2, dash: DASHES[trace.number - 1] };
    return { type: "scatter", mode: trace.x.length < 2 ? "markers" : "lines", name: trace.name, x: trace.x, y: trace.y, line, hovertemplate: "%{y:.3g}" };
  }
  if (figure.kind === "parallel") {
    const line = { color: colour, width: 2, dash: DASHES[trace.number - 1] };
    const marker = { color: colour, size: 8, symbol: SYMBOLS[trace.number - 1] };
    return { type: "scatter", mode: "lines+markers", name: trace.name, x: trace.x, y: trace.y, text: trace.text, line, marker, hovertemplate: "%{text}" };
  }
  const size = trace.counts.map((count) => Math.min(40, 5 + 3 * Math.sqrt(count - 1)));
  const hovertemplate = "%{x} → %{y}<br>%{customdata} items<extra></extra>";
  const marker = { color: colour, size, opacity: 0.65, symbol: SYMBOLS[trace.number - 1], line: { width: 0 } };
  return { type: "scatter", mode: "markers", x: trace.x, y: trace.y, customdata: trace.counts, marker, hovertemplate };
}

const figureOf = (place) => JSON.parse(document.getElementById(place.dataset.chart).textContent);

async function draw(place) {
  const figure = figureOf(place);
  const Plotly = await loadPlotly(place.dataset.plotly);
  if (!place.isConnected) return;
  const traces = figure.kind === "trend" ? trendTraces(figure) : figure.traces.map((trace) => traceOf(figure, trace));
  await Plotly.react(place, traces, layoutOf(figure), { displayModeBar: false, responsive: true });
  if (figure.kind === "trend" && !("drawn" in place.dataset)) {
    place.on("plotly_click", ({ points }) => location.assign(`/runs/${points[0].customdata}/`));
  }
  place.dataset.drawn = "";
}

const observer = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((entry) => entry.isIntersecting)) {
    observer.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "200px" });

function watch() {
  for (const place of document.querySelectorAll("[data-chart]:not([data-watched])")) {
    place.dataset.watched = "";
    observer.observe(place);
  }
}

function csvOf({ kind, traces, x, y }) {
  const cell = (value) => `"${String(value).replace(/^(?=[=+\-@\t\r])/, typeof value === "number" ? "" : "'").replaceAll('"', '""')}"`;
  const ends = traces.some((trace) => trace.low);
  const rows = traces.flatMap((trace) => trace.x.map((value, place) => [trace.name ?? "", value, trace.y[place] ?? "", trace.counts?.[place] ?? (kind === "parallel" ? trace.text[place] : ""), ...(ends ? [trace.low[place] ?? "", trace.high[place] ?? ""] : [])]));
  return [[ends ? "target" : "run", x, y, kind === "parallel" ? "mean" : "items", ...(ends ? ["low", "high"] : [])], ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
}

function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-chart-export]");
  const place = button?.closest("figure").querySelector("[data-chart]");
  if (!place) return;
  const format = button.dataset.chartExport;
  if (format === "csv") return save(`${place.dataset.chart}.csv`, csvOf(figureOf(place)));
  const Plotly = await loadPlotly(place.dataset.plotly);
  Plotly.downloadImage(place, { format, filename: place.dataset.chart, width: 1200, height: 600, scale: 2 });
});

function redraw() {
  document.querySelectorAll("[data-drawn]").forEach(draw);
}

new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
document.addEventListener("htmx:load", watch);
watch();
