// Figures by Observable Plot, each to be saved as SVG, PNG or its numbers.
"use strict";

(() => {
  const {element} = bench;
  const colours = [1, 2, 3, 4, 5, 6, 7, 8].map((place) => `var(--c${place})`);
  const symbols = ["circle", "square", "triangle", "diamond", "star", "cross", "wye", "plus"];
  const presented = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "fill-opacity", "opacity", "font-family", "font-size", "font-weight", "text-anchor"];

  /** Return the look of each name in a list: a colour, and a symbol for those who do not tell colours apart. */
  bench.looks = (names) => new Map(names.map((name, place) => [name, {colour: colours[place % 8], symbol: symbols[place % 8], place: place % 8}]));

  /** Return a legend of names with their looks. */
  bench.legend = (looks) => element("ul", {class: "legend"}, [...looks].map(([name, look]) => {
    const drawn = d3.create("svg").attr("width", 14).attr("height", 14).attr("viewBox", "-7 -7 14 14").attr("aria-hidden", "true");
    drawn.append("path").attr("d", d3.symbol(d3.symbolsFill.find((each, at) => at === order[look.place]) ?? d3.symbolCircle, 60)()).attr("fill", look.colour);
    return element("li", {}, drawn.node(), ` ${name}`);
  }));
  const order = [0, 3, 5, 2, 4, 1, 6, 1]; // d3's names of the symbols above

  /**
   * Return a figure: `options` are Plot's, `rows` the numbers behind it. Its width follows the page's, up to `width`.
   */
  bench.figure = (title, options, rows, {width = 760, note = "", looks = null} = {}) => {
    const holder = element("div", {class: "plot"});
    const box = element("figure", {}, element("figcaption", {}, title), looks ? bench.legend(looks) : null, holder,
      note ? element("p", {class: "note"}, note) : null, saving(title, rows, () => holder.querySelector("svg")));
    let drawn = 0;
    const draw = () => {
      const room = Math.floor(Math.min(width, holder.clientWidth));
      if (!room || room === drawn) return;
      drawn = room;
      const plot = Plot.plot({...options, width: room, style: {background: "transparent", fontSize: "13px", fontFamily: "inherit"}});
      for (const mark of plot.querySelectorAll("[aria-label], [aria-description]")) { mark.removeAttribute("aria-label"); mark.removeAttribute("aria-description"); } // of groups, to which no role belongs
      plot.setAttribute("role", "img");
      plot.setAttribute("aria-label", title);
      holder.replaceChildren(plot);
    };
    new ResizeObserver(draw).observe(holder);
    return box;
  };

  /** Return the buttons that save a figure. */
  function saving(title, rows, svg) {
    return element("p", {class: "saving"}, "Save as ",
      element("button", {type: "button", class: "small", onclick: () => bench.save(`${title}.svg`, alone(svg()), "image/svg+xml")}, "SVG"),
      element("button", {type: "button", class: "small", onclick: async () => bench.save(`${title}.png`, await pixels(svg()))}, "PNG"),
      element("button", {type: "button", class: "small", onclick: () => bench.save(`${title}.csv`, d3.csvFormat(rows), "text/csv")}, "CSV"));
  }

  /** Return an SVG as text that needs no style of this page. */
  function alone(svg) {
    const copy = svg.cloneNode(true);
    const from = [svg, ...svg.querySelectorAll("*")];
    [copy, ...copy.querySelectorAll("*")].forEach((each, place) => {
      const style = getComputedStyle(from[place]);
      if (each.tagName === "style") return;
      for (const name of presented) each.setAttribute(name, style.getPropertyValue(name));
    });
    for (const style of copy.querySelectorAll("style")) style.remove();
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.removeAttribute("class");
    const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    paper.setAttribute("width", "100%");
    paper.setAttribute("height", "100%");
    paper.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
    copy.prepend(paper);
    return new XMLSerializer().serializeToString(copy);
  }

  /** Return the promise of an SVG as a PNG, twice as fine as on the page. */
  async function pixels(svg) {
    const {width, height} = svg.getBoundingClientRect();
    const address = URL.createObjectURL(new Blob([alone(svg)], {type: "image/svg+xml"}));
    const picture = new Image(width, height);
    picture.src = address;
    await picture.decode();
    const canvas = element("canvas", {width: 2 * width, height: 2 * height});
    canvas.getContext("2d").drawImage(picture, 0, 0, 2 * width, 2 * height);
    URL.revokeObjectURL(address);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }
})();
