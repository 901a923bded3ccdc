// Draws the flows of the board once the page stands. Without it, or before it, the table below says the same.
// The chart library makes the picture as text: its inline styles are set one by one, as the security policy wants.
"use strict";
(() => {
  const box = document.getElementById("flow-picture");
  if (!box) return;
  const data = JSON.parse(document.getElementById(box.dataset.data).textContent);
  const table = box.parentElement.querySelector("details.behind");
  if (!data.links.length) return;
  const root = getComputedStyle(document.documentElement);
  const colour = (name) => root.getPropertyValue("--" + name).trim();
  const tones = { calm: colour("calm"), moving: colour("moving"), doubt: colour("doubt"), alarm: colour("alarm"), closed: colour("line-strong") };
  let drawn = 0;

  function option(width) {
    const narrow = width < 600;
    const label = { fontSize: narrow ? 11 : 13, fontFamily: getComputedStyle(document.body).fontFamily, color: colour("ink"), textBorderColor: "#fff", textBorderWidth: 3, lineHeight: narrow ? 14 : 16, width: narrow ? 96 : 340, overflow: "break" };
    const nodes = data.nodes.map((node) => ({
      name: node.id, depth: node.column, itemStyle: { color: tones[node.tone] || tones.closed },
      label: { position: node.column === 2 ? "left" : "right", formatter: node.label + "\n" + node.n },
    }));
    return {
      animation: false,
      series: [{
        type: "sankey", left: 2, right: 2, top: 12, bottom: narrow ? 34 : 16, nodeWidth: 12, nodeGap: narrow ? 44 : 30, draggable: false, silent: true,
        data: nodes, links: data.links, label, lineStyle: { color: data.mirrored ? "source" : "target", opacity: .28, curveness: .5 },
      }],
    };
  }

  function draw() {
    box.hidden = false;
    const width = Math.floor(box.clientWidth);
    if (!width || width === drawn) return;
    drawn = width;
    const most = Math.max(...[0, 1, 2].map((column) => data.nodes.filter((node) => node.column === column).length));
    const height = Math.max(240, 130 + most * (width < 600 ? 70 : 54));
    const chart = window.echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
    chart.setOption(option(width));
    const text = chart.renderToSVGString().replace(/<style[\s\S]*?<\/style>/g, "").replace(/ style="/g, ' data-style="');
    chart.dispose();
    box.innerHTML = text;
    box.querySelectorAll("[data-style]").forEach((part) => { part.style.cssText = part.dataset.style; delete part.dataset.style; });
    const svg = box.querySelector("svg");
    if (data.mirrored) svg.querySelectorAll("text").forEach(turn);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", box.dataset.name);
  }

  // A text of a right-to-left language begins at its right: the same place has the other name.
  function turn(text) {
    const anchor = text.getAttribute("text-anchor") || "start";
    text.setAttribute("text-anchor", { start: "end", end: "start" }[anchor] || anchor);
    text.setAttribute("direction", "rtl");
  }

  function load() {
    const script = document.createElement("script");
    script.src = box.dataset.chart;
    script.onload = () => { draw(); if (table) table.open = false; let waits; addEventListener("resize", () => { clearTimeout(waits); waits = setTimeout(draw, 200); }); };
    document.head.append(script);
  }

  addEventListener("beforeprint", () => { document.querySelectorAll("details.behind").forEach((part) => { part.dataset.was = part.open; part.open = true; }); });
  addEventListener("afterprint", () => { document.querySelectorAll("details.behind").forEach((part) => { part.open = part.dataset.was === "true"; }); });
  if (document.readyState === "complete") load(); else addEventListener("load", load);
})();
