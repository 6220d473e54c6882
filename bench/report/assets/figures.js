// The figures of a protocol: scores with their intervals, over cost, over training size, and ranks that differ.
"use strict";

(() => {
  const {element, number} = bench;

  async function draw(main, parameters) {
    const index = await bench.load("index");
    const place = bench.placeOf(index, parameters);
    const protocol = index.protocols[place];
    const data = await bench.load(`figures-${place}`);
    const boards = (await Promise.all(protocol.tables.map((each) => bench.load(`table-${each.table}`)))).filter((table) => table.of_models);
    const labels = data.columns.map((column) => column.label);
    const wanted = labels.includes(parameters.get("column")) ? parameters.get("column") : labels[0];
    main.append(element("h1", {}, "Figures"), element("div", {class: "bar"}, bench.protocolMenu(index, place, "figures"),
      labels.length > 1 ? element("label", {class: "field"}, element("span", {}, "Score"), element("select", {onchange: (event) => bench.go("figures", {p: place, column: event.target.value})},
        labels.map((label) => element("option", {value: label, selected: label === wanted}, label)))) : null));
    const column = data.columns.find((each) => each.label === wanted);
    const points = rowsOf(boards, wanted, protocol);
    if (!points.length) { main.append(element("p", {}, "No row has this score.")); return; }
    const about = `${wanted}, ${protocol.task} on ${protocol.data}`;
    const looks = bench.looks([...new Set(points.filter((row) => row.kind === "model").map((row) => row.family))]);
    main.append(intervals(points.filter((row) => row.kind !== "upper row"), wanted, about, looks));
    const cost = overCost(points, wanted, about, looks);
    if (cost) main.append(cost);
    if (column.sizes) main.append(overSize(column, about));
    if (column.ranks) main.append(critical(column, protocol, about));
    else main.append(element("p", {class: "note"}, "Critical differences need at least three models that share two folds."));
  }

  /** Return the rows that have a score, of all tables of models. */
  function rowsOf(boards, label, protocol) {
    const rows = new Map();
    for (const table of boards) {
      const at = table.columns.findIndex((column) => column.label === label);
      if (at < 0) continue;
      for (const row of table.rows) {
        const cell = row.cells[at];
        if (cell.value !== undefined && !rows.has(row.name)) rows.set(row.name, {label: row.model === null ? row.label : protocol.models[row.model].shown, family: row.family, kind: row.kind, score: cell.value, low: cell.low ?? null, high: cell.high ?? null, flops: row.flops, seconds: row.seconds, below: Boolean(cell.below), better: table.columns[at].higher_is_better !== false});
      }
    }
    return [...rows.values()].sort((one, other) => (one.better ? other.score - one.score : one.score - other.score));
  }

  const lookOf = (looks, row) => looks.get(row.family) ?? {colour: "var(--quiet)", symbol: "square"};

  function intervals(points, label, about, looks) {
    const controls = points.filter((row) => row.kind === "control");
    return bench.figure(`Scores with 95 % intervals: ${about}`, {
      height: 26 * points.length + 60, marginLeft: 170, x: {label, grid: true}, y: {label: null, domain: points.map((row) => row.label)}, symbol: {type: "identity"}, marginBottom: 44,
      marks: [Plot.ruleX(controls, {x: "score", stroke: "var(--c2)", strokeDasharray: "4 3", title: (row) => `${row.label} (control)`}),
        Plot.link(points.filter((row) => row.low !== null), {y1: "label", y2: "label", x1: "low", x2: "high", stroke: (row) => lookOf(looks, row).colour, strokeWidth: 2}),
        Plot.dot(points, {x: "score", y: "label", r: 5, symbol: (row) => lookOf(looks, row).symbol, fill: (row) => lookOf(looks, row).colour, title: (row) => `${row.label}: ${number(row.score)}${row.low === null ? "" : ` (${number(row.low)} to ${number(row.high)})`}`})],
    }, points, {looks, note: "Dashed lines: controls, models that must lose."});
  }

  /** Draw the scores over what training cost, with the Pareto front: no cheaper row scores as high. */
  function overCost(points, label, about, looks) {
    const models = points.filter((row) => row.kind === "model");
    const key = models.every((row) => row.flops) ? "flops" : "seconds";
    const trained = models.filter((row) => row[key]);
    if (trained.length < 2) return null;
    const front = [];
    for (const row of d3.sort(trained, (one) => one[key], (one) => (one.better ? -one.score : one.score))) {
      const last = front.at(-1);
      if (!last || (row.better ? row.score > last.score : row.score < last.score)) front.push(row);
    }
    const [least, most] = d3.extent(trained, (row) => row[key]);
    const room = 1.25 * (most / least) ** 0.06;
    const roomy = [least / room, most * room];
    const end = {...front.at(-1), [key]: most};
    const controls = points.filter((row) => row.kind === "control");
    const [lowest, highest] = d3.extent(points.filter((row) => row.kind !== "upper row"), (row) => row.score);
    const named = []; // of controls whose labels would overlap, the first
    for (const row of controls) if (named.every((other) => Math.abs(other.score - row.score) > 0.05 * (highest - lowest || 1))) named.push(row);
    return bench.figure(`Score over cost: ${about}`, {
      height: 440, marginLeft: 56, marginRight: 110, marginTop: 24, marginBottom: 44, x: {label: key === "flops" ? "training FLOPs" : "training time (s)", type: "log", domain: roomy, ticks: ticksOf(roomy), tickFormat: key === "flops" ? d3.format(".1~e") : "~s"}, y: {label, grid: true, inset: 10, ticks: 6}, symbol: {type: "identity"},
      marks: [Plot.ruleY(controls, {y: "score", stroke: "var(--c2)", strokeDasharray: "4 3", title: "label"}),
        Plot.text(named, {y: "score", text: "label", frameAnchor: "right", textAnchor: "start", dx: 4, fill: "var(--c2)"}),
        Plot.line([...front, end], {x: key, y: "score", curve: "step-after", stroke: "var(--ink)", strokeOpacity: 0.6}),
        Plot.link(trained.filter((row) => row.low !== null), {x1: key, x2: key, y1: "low", y2: "high", stroke: (row) => lookOf(looks, row).colour, strokeOpacity: 0.6}),
        Plot.dot(trained, {x: key, y: "score", r: 5.5, symbol: (row) => lookOf(looks, row).symbol, fill: (row) => (row.below ? "var(--paper)" : lookOf(looks, row).colour), stroke: (row) => lookOf(looks, row).colour, strokeWidth: 1.5, title: (row) => `${row.label}: ${number(row.score)}`}),
        Plot.text(spread(trained, key), {x: key, y: "score", text: "label", dy: -12, fill: "var(--ink)", stroke: "var(--paper)", strokeWidth: 4})],
    }, trained, {looks, width: 900, note: `Line: the Pareto front, whose rows no cheaper row equals. Hollow: not above every control. Bars: 95 % intervals.${key === "seconds" ? " Costs are times, because the FLOPs of some row are unknown." : ""}`});
  }

  /** Return few ticks of a logarithmic axis: 1, 2 and 5 of each power of ten, or the powers alone. */
  function ticksOf(values) {
    const [low, high] = d3.extent(values);
    const powers = d3.range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)) + 1);
    const every = (digits) => powers.flatMap((power) => digits.map((digit) => digit * 10 ** power)).filter((tick) => tick >= low && tick <= high);
    const ticks = [[1, 2, 5], [1, 3], [1]].map(every).find((own) => own.length <= 6) ?? every([1]).filter((_, at, all) => at % Math.ceil(all.length / 6) === 0);
    return ticks.length > 1 ? ticks : [low, high];
  }

  /** Return the rows whose labels have room: of those that would overlap, the better ones. */
  function spread(rows, key) {
    const taken = [];
    const [low, high] = d3.extent(rows, (row) => Math.log(row[key])), [least, most] = d3.extent(rows, (row) => row.score);
    return rows.filter((row) => {
      const x = (Math.log(row[key]) - low) / (high - low || 1), y = (row.score - least) / (most - least || 1);
      if (taken.some(([left, top]) => Math.abs(left - x) < 0.16 && Math.abs(top - y) < 0.09)) return false;
      taken.push([x, y]);
      return true;
    });
  }

  function overSize(column, about) {
    const models = column.sizes;
    const looks = bench.looks([...new Set(models.map((point) => point.label))]);
    return bench.figure(`Score over training size: ${about}`, {
      height: 360, marginLeft: 56, marginBottom: 44, x: {label: "pictures trained on", type: "log", ticks: [...new Set(models.map((point) => point.pictures))], tickFormat: ",d"}, y: {label: column.label, grid: true}, symbol: {type: "identity"},
      marks: [Plot.line(models, {x: "pictures", y: "score", z: "label", stroke: (point) => looks.get(point.label).colour, sort: "pictures", strokeDasharray: null}),
        Plot.link(models.filter((point) => point.std !== null), {x1: "pictures", x2: "pictures", y1: (point) => point.score - point.std, y2: (point) => point.score + point.std, stroke: (point) => looks.get(point.label).colour}),
        Plot.dot(models, {x: "pictures", y: "score", r: 4, symbol: (point) => looks.get(point.label).symbol, fill: (point) => looks.get(point.label).colour, title: (point) => `${point.label}: ${number(point.score)}`})],
    }, models, {looks, note: "Bars: standard deviations over folds."});
  }

  /** Draw mean ranks on a line; a bar joins models whose ranks do not differ critically (Demsar 2006). */
  function critical(column, protocol, about) {
    const {ranks, difference, folds, left_out: leftOut} = column.ranks;
    const rows = ranks.map((each, at) => ({label: protocol.models[each.model].shown, rank: each.rank, at}));
    const bars = [];
    rows.forEach((row, first) => {
      const last = d3.maxIndex(rows, (other, at) => (other.rank - row.rank < difference ? at : -1));
      if (last > first && (!bars.length || last > bars.at(-1).last)) bars.push({first, last, from: row.rank, to: rows[last].rank});
    });
    bars.forEach((bar, at) => { bar.label = rows[bar.first].label; bar.at = at; });
    return bench.figure(`Critical differences: ${about}`, {
      height: 24 * rows.length + 60, marginLeft: 170, marginBottom: 44, x: {label: "mean rank (1 is best)", domain: [1, Math.max(rows.length, 2)], grid: true}, y: {label: null, domain: rows.map((row) => row.label)},
      marks: [...bars.map((bar) => Plot.rect([bar], {x1: "from", x2: "to", y1: () => rows[bar.first].label, y2: () => rows[bar.last].label, fill: "var(--group)", rx: 4, inset: -7})),
        Plot.dot(rows, {x: "rank", y: "label", r: 5, fill: "var(--c1)", title: (row) => `${row.label}: ${number(row.rank, 2)}`}),
        Plot.text(rows, {x: "rank", y: "label", text: (row) => number(row.rank, 2), dx: 10, textAnchor: "start", fill: "var(--ink)"})],
    }, rows, {note: `Models within one shaded box are not shown to differ: their mean ranks are less than the critical difference of ${number(difference, 2)} apart (Nemenyi, 5 %, ${folds} folds).${leftOut.length ? ` Left out, because they lack folds: ${leftOut.map((model) => protocol.models[model].shown).join(", ")}.` : ""}`});
  }

  bench.section("figures", "Figures", draw);
})();
