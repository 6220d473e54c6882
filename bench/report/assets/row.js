// The page of one model: recipe, curves, confusion with its pictures, parts, calibration, cost, card.
"use strict";

(() => {
  const {element, number} = bench;

  async function draw(main, parameters) {
    const index = await bench.load("index");
    const place = bench.placeOf(index, parameters), model = Number(parameters.get("m") ?? 0) || 0;
    const protocol = index.protocols[place];
    const row = await bench.load(`row-${place}-${model}`);
    main.append(
      element("h1", {}, row.label, row.kind === "model" ? null : element("span", {class: "tag"}, row.kind)),
      element("p", {class: "caption"}, `${row.name} · ${row.family} · ${row.start}${row.weights ? ` (${row.weights})` : ""} · ${protocol.task} on ${protocol.data}, protocol ${protocol.protocol}`),
      element("p", {}, element("a", {href: bench.address("pictures", {p: place, a: model})}, "Its answers, picture by picture"), " · ",
        element("a", {href: bench.address("why", {p: place, m: model})}, "Where its numbers come from")),
      ...[row.stale ? `These numbers: ${row.stale}.` : "", row.footnote, ...row.caveats].filter(Boolean).map((text) => element("p", {class: "note"}, text)),
    );
    part(main, "Scores", scores(row));
    part(main, "Recipe", recipe(row));
    part(main, "Learning curves", ...curves(row));
    if (row.confusion) part(main, "Confusion", confusion(row, place, model));
    if (row.facts.length) part(main, "Facts by kind", facts(row, place, model));
    for (const each of row.parts) part(main, `By ${each.by}`, parts(each, place, model));
    if (row.calibration || row.coverage) part(main, "Confidence", ...confidence(row));
    part(main, "Cost", list(row.cost.map((cost) => [cost.what, cost.amount])));
    part(main, "Model card", card(place, model, row));
  }

  const part = (main, title, ...content) => {
    const shown = content.filter(Boolean);
    if (shown.length) main.append(element("section", {"aria-label": title}, element("h2", {}, title), shown));
  };

  const list = (pairs) => (pairs.length ? element("dl", {class: "pairs"}, pairs.map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])) : null);
  bench.list = list;

  /** Return a value of a setting as it is written. */
  const written = (value) => (typeof value === "string" ? value : JSON.stringify(value));

  function scores(row) {
    return element("div", {class: "scores"}, row.metrics.map((each) =>
      element("div", {class: "score", title: each.meaning || null}, element("b", {}, number(each.value)), element("span", {}, each.metric))));
  }

  function recipe(row) {
    const pairs = Object.entries(row.recipe).map(([key, value]) => {
      const usual = row.usual_recipe[key];
      const own = key in row.usual_recipe && JSON.stringify(usual) !== JSON.stringify(value);
      return [key, own ? [written(value), element("span", {class: "note"}, ` (others ${written(usual)})`)] : written(value)];
    });
    const settings = Object.entries(row.settings).map(([key, value]) => [key, written(value)]);
    const told = [...row.departures, ...row.deviations];
    return element("div", {}, pairs.length ? list(pairs) : element("p", {}, "It was not trained."),
      settings.length ? element("details", {}, element("summary", {}, `${settings.length} settings`), list(settings)) : null,
      told.length ? element("ul", {}, told.map((text) => element("li", {}, text))) : null);
  }

  function curves(row) {
    const figures = [];
    for (const stage of [...new Set(row.curves.map((curve) => curve.stage))]) {
      const own = row.curves.filter((curve) => curve.stage === stage);
      const points = own.flatMap((curve) => {
        const at = `fold ${curve.fold}, repeat ${curve.repeat}, seed ${curve.seed}`;
        const lines = {...curve.losses, validation: curve.validation};
        return Object.entries(lines).flatMap(([loss, values]) => values.map((value, epoch) => ({at, loss, epoch: epoch + 1, value})));
      }).filter((point) => point.value !== null);
      const looks = bench.looks([...new Set(points.map((point) => point.loss))]);
      const each = (point) => `${point.at} ${point.loss}`;
      figures.push(bench.figure(`Losses of ${stage}, ${row.label}`, {
        height: 320, marginLeft: 52, marginBottom: 40, x: {label: "epoch", ticks: ticksOf(points), tickFormat: "d"}, y: {label: "loss", grid: true, zero: false, type: scaleOf(points)},
        marks: [Plot.line(points, {x: "epoch", y: "value", z: each, stroke: (point) => looks.get(point.loss).colour, strokeOpacity: 0.75, strokeDasharray: null}),
          Plot.dot(points, {x: "epoch", y: "value", r: 3, symbol: (point) => looks.get(point.loss).symbol, fill: (point) => looks.get(point.loss).colour, title: (point) => `${point.loss}, ${point.at}, epoch ${point.epoch}: ${number(point.value, 4)}`})],
        symbol: {type: "identity"},
      }, points, {looks, note: own.length > 1 ? "One line for each training on a fold." : ""}));
      const rates = own.flatMap((curve) => curve.rate.map((rate, epoch) => ({at: curve.fold, epoch: epoch + 1, rate}))).filter((point) => point.rate !== null);
      figures.push(bench.figure(`Learning rate of ${stage}, ${row.label}`, {
        height: 190, marginLeft: 64, marginBottom: 40, x: {label: "epoch", ticks: ticksOf(rates), tickFormat: "d"}, y: {label: "rate at the end of the epoch", grid: true, tickFormat: "~g"},
        marks: [Plot.line(rates, {x: "epoch", y: "rate", z: "at", stroke: "var(--c1)"}), Plot.dot(rates, {x: "epoch", y: "rate", r: 2.5, fill: "var(--c1)"})],
      }, rates));
    }
    return figures.length ? figures : [element("p", {class: "note"}, "No training of it is stored.")];
  }

  const ticksOf = (points) => { const most = d3.max(points, (point) => point.epoch) ?? 1; return most <= 12 ? d3.range(1, most + 1) : undefined; };
  const scaleOf = (points) => { const [low, high] = d3.extent(points, (point) => point.value); return low > 0 && high / low > 30 ? "log" : "linear"; };

  function confusion(row, place, model) {
    const {categories, counts} = row.confusion;
    const strip = element("div", {class: "strip", "aria-live": "polite"});
    const table = element("table", {class: "confusion"},
      element("caption", {class: "note"}, "Rows: the category of the picture. Columns: what it was taken for. A field opens its pictures."),
      element("thead", {}, element("tr", {}, element("th", {scope: "col"}, "picture of"), categories.map((name) => element("th", {scope: "col"}, element("span", {}, name))))),
      element("tbody", {}, counts.map((line, at) => {
        const total = d3.sum(line) || 1;
        return element("tr", {}, element("th", {scope: "row"}, categories[at]), line.map((count, to) => {
          const cell = element("td", {class: at === to ? "true" : null}, count
            ? element("button", {type: "button", class: count / total > 0.45 ? "strong" : null, "aria-label": `${count} of ${categories[at]} taken for ${categories[to]}`,
              onclick: () => bench.strip(strip, place, model, {category: categories[at], predicted: categories[to]})}, String(count))
            : element("span", {class: "missing"}, "·"));
          cell.style.setProperty("--share", String(Math.round((100 * count) / total)));
          return cell;
        }));
      })));
    return element("div", {}, element("div", {class: "wide", tabindex: 0, role: "region", "aria-label": "Confusion matrix"}, table), strip);
  }

  function facts(row, place, model) {
    const rows = row.facts.map((fact) => ({...fact, wrong: fact.stated - fact.right, missed: Math.max(0, fact.asked - fact.right)}));
    const looks = bench.looks(["asked for", "stated", "right"]);
    const bars = rows.flatMap((fact) => [["asked for", fact.asked], ["stated", fact.stated], ["right", fact.right]].map(([what, count]) => ({kind: fact.kind, what, count})));
    return element("div", {}, bench.figure(`Facts by kind, ${row.label}`, {
      height: 28 * rows.length + 60, marginLeft: 100, x: {label: "facts", grid: true}, y: {label: null, domain: rows.map((fact) => fact.kind)}, symbol: {type: "identity"},
      marks: [Plot.ruleY(rows, {y: "kind", x1: (fact) => Math.min(fact.asked, fact.stated, fact.right), x2: (fact) => Math.max(fact.asked, fact.stated, fact.right), stroke: "var(--line)", strokeWidth: 2}),
        Plot.dot(bars, {y: "kind", x: "count", r: 5, symbol: (bar) => looks.get(bar.what).symbol, fill: (bar) => looks.get(bar.what).colour, title: (bar) => `${bar.kind}: ${bar.count} ${bar.what}`})],
    }, rows, {looks}), element("p", {class: "note"}, "Look at the answers about one kind: ", rows.map((fact) => [element("a", {href: bench.address("pictures", {p: place, a: model, kind: fact.kind})}, fact.kind), " "])));
  }

  function parts(each, place, model) {
    const holder = element("div", {class: "table"});
    const data = each.rows.map((row, id) => ({id, value: row.value, n: row.n, ...Object.fromEntries(row.scores.map((score, at) => [`c${at}`, score]))}));
    requestAnimationFrame(() => requestAnimationFrame(() => { const grid = new Tabulator(holder, {
      data, layout: "fitDataFill", height: data.length > 30 ? "60vh" : false, columnDefaults: {headerWordWrap: true, titleFormatter: bench.heading},
      columns: [
        {title: each.by, field: "value", minWidth: 180, formatter: (cell) => element("a", {href: bench.address("pictures", {p: place, a: model, [each.by]: cell.getValue()})}, cell.getValue())},
        {title: "answers", field: "n", hozAlign: "right", sorter: "number"},
        ...each.columns.map((label, at) => ({title: label, field: `c${at}`, hozAlign: "right", sorter: "number", sorterParams: {alignEmptyValues: "bottom"}, minWidth: 80, formatter: (cell) => element("span", {class: "digits"}, number(cell.getValue()))})),
      ],
    }); grid.on("tableBuilt", () => bench.mendRoles(holder)); }));
    return holder;
  }

  function confidence(row) {
    const figures = [];
    const square = {x: {domain: [0, 1]}, y: {domain: [0, 1], grid: true}, height: 330, marginLeft: 48, marginBottom: 40};
    if (row.calibration) {
      figures.push(bench.figure(`Reliability, ${row.label}`, {
        ...square, x: {...square.x, label: "confidence"}, y: {...square.y, label: "share that is right"}, r: {range: [2, 9]},
        marks: [Plot.line([[0, 0], [1, 1]], {stroke: "var(--quiet)", strokeDasharray: "4 3"}), Plot.line(row.calibration, {x: "confidence", y: "right", stroke: "var(--c1)"}),
          Plot.dot(row.calibration, {x: "confidence", y: "right", r: "n", fill: "var(--c1)", title: (bin) => `${bin.n} answers of confidence ${number(bin.confidence)}: ${number(bin.right)} right`})],
      }, row.calibration, {width: 460, note: "Dashed: as right as it is sure."}));
    }
    if (row.coverage) {
      figures.push(bench.figure(`Accuracy of the surest answers, ${row.label}`, {
        ...square, x: {...square.x, label: "share of pictures answered, the surest first"}, y: {...square.y, label: "share that is right"},
        marks: [Plot.line(row.coverage, {x: "answered", y: "right", stroke: "var(--c1)", curve: "step-after"}),
          Plot.dot(row.coverage.slice(-1), {x: "answered", y: "right", fill: "var(--c1)"})],
      }, row.coverage, {width: 460}));
    }
    return [element("div", {class: "side-by-side"}, figures)];
  }

  function card(place, model, row) {
    const holder = element("details", {class: "card"}, element("summary", {}, "Show the card that an export of this model would have"));
    holder.addEventListener("toggle", async () => {
      if (!holder.open || holder.dataset.filled) return;
      holder.dataset.filled = "yes";
      const chunk = await bench.load(`card-${place}-${model}`);
      holder.append(chunk.problem ? element("p", {class: "problem"}, chunk.problem)
        : element("div", {}, element("p", {class: "saving"}, element("button", {type: "button", class: "small", onclick: () => bench.save(`${row.name}.md`, chunk.markdown, "text/markdown")}, "Save as markdown")),
          element("pre", {tabindex: 0}, chunk.markdown)));
    });
    return holder;
  }

  bench.section("row", "", draw);
})();
