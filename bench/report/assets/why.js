// Where a number comes from: the cells behind it, their stages, what went in and which files came out.
"use strict";

(() => {
  const {element, number} = bench;

  async function draw(main, parameters) {
    const index = await bench.load("index");
    const place = bench.placeOf(index, parameters), model = Number(parameters.get("m") ?? 0) || 0;
    const protocol = index.protocols[place], about = protocol.models[model];
    const origin = await bench.load(`why-${place}-${model}`);
    const metric = parameters.get("c");
    const {cell, column, table} = await shownIn(protocol, model, metric, parameters.get("t"));
    main.append(element("h1", {}, column ? `Why ${column.label} of ${about.label} is ${number(cell.value, column.digits)}` : `Where the numbers of ${about.label} come from`),
      element("p", {class: "caption"}, table?.caption ?? `${protocol.task} on ${protocol.data}, protocol ${protocol.protocol}`),
      element("p", {}, element("a", {href: bench.address("row", {p: place, m: model})}, `All about ${about.label}`)));
    if (column) {
      main.append(bench.list([
        ["what it is", column.meaning || column.label],
        ["measured", `${number(cell.value, column.digits)}${cell.std === undefined ? "" : ` ± ${number(cell.std, column.digits)} over folds and repeats`}, n ${cell.n}`],
        ...(cell.low === undefined ? [] : [["95 % interval", `${number(cell.low, column.digits)} to ${number(cell.high, column.digits)}`]]),
        ...(cell.published === undefined ? [] : [["published", `${number(cell.published, column.digits)}${cell.published_std === undefined ? "" : ` ± ${number(cell.published_std, column.digits)}`}`]]),
        ...(cell.below ? [["not above", cell.below.join(", ")]] : []),
        ...(cell.tie ? [["tie", "not shown to be worse than the best of its column"]] : []),
      ]));
    }
    const all = (names) => names.filter((name) => origin.cells.some((each) => each.stages[name]));
    const stages = all(["pretrain", "train", "predict", "score"]);
    main.append(element("h2", {}, `${origin.cells.length} ${origin.cells.length === 1 ? "cell" : "cells"} behind it`),
      element("div", {class: "wide", tabindex: 0, role: "region", "aria-label": "Cells"}, element("table", {class: "plain"},
        element("thead", {}, element("tr", {}, ["fold", "repeat", "seed", ...(metric ? [column?.label ?? metric] : []), "finished", ...stages].map((title) => element("th", {scope: "col"}, title)))),
        element("tbody", {}, origin.cells.map((each) => element("tr", {}, [each.fold, each.repeat, each.seed].map((value) => element("td", {}, String(value))),
          metric ? element("td", {class: "digits"}, number(each.metrics[metric], 4)) : null,
          element("td", {}, each.finished.slice(0, 16).replace("T", " ")),
          stages.map((name) => element("td", {}, each.stages[name] ? element("code", {title: each.stages[name].fingerprint}, each.stages[name].fingerprint.slice(0, 8)) : "",
            each.stages[name]?.seconds === null || !each.stages[name] ? null : element("span", {class: "note"}, ` ${each.stages[name].seconds.toFixed(1)} s`)))))))));
    main.append(...origin.cells.map((each) => cellOf(each, origin.pool, stages)));
  }

  /** Return the table's cell, column and table in which a number stands. */
  async function shownIn(protocol, model, metric, name) {
    for (const each of metric ? protocol.tables : []) {
      if (name && each.name !== name) continue;
      const table = await bench.load(`table-${each.table}`);
      const at = table.columns.findIndex((column) => column.metric === metric);
      const row = table.rows.find((candidate) => candidate.model === model && candidate.cells[at]?.value !== undefined);
      if (at >= 0 && row) return {cell: row.cells[at], column: table.columns[at], table};
    }
    return {};
  }

  /** Return a cell with everything below it, opened on demand. */
  function cellOf(each, pool, stages) {
    const holder = element("details", {class: "cell"}, element("summary", {}, `Fold ${each.fold}, repeat ${each.repeat}, seed ${each.seed}: inputs, environment and files`));
    holder.addEventListener("toggle", () => {
      if (!holder.open || holder.dataset.filled) return;
      holder.dataset.filled = "yes";
      holder.append(tree({recipe: each.recipe, settings: each.settings, metrics: each.metrics}),
        ...stages.filter((name) => each.stages[name]).map((name) => {
          const stage = each.stages[name];
          const whole = {...stage.inputs, ...Object.fromEntries(Object.entries(stage.pooled).filter(([key]) => key !== "environment").map(([key, at]) => [key, pool[at]]))};
          return element("details", {}, element("summary", {}, `Stage ${name} ${stage.fingerprint}`),
            tree({inputs: whole, environment: stage.pooled.environment === undefined ? null : pool[stage.pooled.environment], files: Object.fromEntries(Object.entries(stage.files).map(([path, size]) => [path, `${size.toLocaleString("en")} bytes`]))}));
        }));
    });
    return holder;
  }

  /** Return JSON data as nested lists. */
  function tree(value) {
    if (value === null || typeof value !== "object") return element("span", {}, String(value));
    const entries = Object.entries(value);
    if (!entries.length) return element("span", {class: "missing"}, "none");
    return element("ul", {class: "tree"}, entries.map(([key, own]) => element("li", {},
      own !== null && typeof own === "object" && Object.keys(own).length > 3
        ? element("details", {}, element("summary", {}, `${key} (${Object.keys(own).length})`), tree(own))
        : [element("b", {}, `${key}: `), tree(own)])));
  }

  bench.section("why", "", draw);
})();
