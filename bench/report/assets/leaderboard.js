// The leaderboard: the verdict in sentences, then every table of a protocol, sortable and filterable.
"use strict";

(() => {
  const {element, number} = bench;

  /** Return the menu of protocols, null if there is but one. */
  bench.protocolMenu = (index, chosen, section, parameters = {}) =>
    index.protocols.length < 2 ? null
      : element("label", {class: "field"}, element("span", {}, "Task, data and protocol"),
        element("select", {class: "protocol", onchange: (event) => bench.go(section, {...parameters, p: event.target.value})},
          index.protocols.map((each, place) => element("option", {value: place, selected: place === chosen},
            `${each.task} · ${shortened(each.data, 40)} · ${each.protocol.slice(0, 8)}${each.choices ? ` (${shortened(each.choices, 60)})` : ""}`))));

  const shortened = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

  /** Draw a protocol's verdict and tables. */
  async function draw(main, parameters) {
    const index = await bench.load("index");
    const place = bench.placeOf(index, parameters);
    const protocol = index.protocols[place];
    const tables = protocol.tables;
    const shown = tables.find((each) => String(each.table) === parameters.get("t")) ?? tables[0];
    main.append(
      element("h1", {}, index.title),
      element("div", {class: "bar"}, bench.protocolMenu(index, place, "leaderboard")),
      verdict(protocol),
    );
    if (tables.length > 1) {
      main.append(element("nav", {class: "tabs", "aria-label": "Tables"}, tables.map((each) =>
        element("a", {
          href: bench.address("leaderboard", {p: place, t: each.table}),
          "aria-current": each === shown ? "true" : null,
          title: each.title,
        }, `Table ${each.number}: ${each.name}`))));
    }
    if (shown) main.append(await tableOf(shown, place, index.words));
    main.append(...protocol.left_out.map((sentence) => element("p", {class: "note"}, sentence)));
    main.append(element("details", {}, element("summary", {}, "What the words mean"), bench.list(Object.entries(index.words))));
    main.append(element("p", {class: "note"},
      `Written ${index.written.slice(0, 16).replace("T", " ")} UTC from ${index.cells.toLocaleString("en")} cells by bench ${index.version}.`));
  }

  function verdict(protocol) {
    const [first, ...others] = protocol.verdict;
    return element("section", {class: "verdict", "aria-label": "Verdict"},
      element("p", {class: "lead"}, first), others.map((sentence) => element("p", {}, sentence)));
  }

  /** Return what the word of a filter means, with what its values mean. */
  const meaningOf = (key, meanings) => ({kind: `control: ${meanings.control}. upper row: ${meanings["upper row"]}`, family: meanings.family}[key] ?? null);

  const filters = [["family", "Family"], ["kind", "Kind"], ["start", "Start"]];

  /** Return a table with its filters, columns to choose and notes. */
  async function tableOf(shown, place, words) {
    const table = await bench.load(`table-${shown.table}`);
    const holder = element("div", {class: "table"});
    const box = element("section", {class: "board", "aria-label": `Table ${table.number}`});
    const controls = element("div", {class: "bar"});
    box.append(element("p", {class: "caption"}, table.caption), controls, holder);
    box.append(...table.notes.map((note) => element("p", {class: "note"}, note)));
    box.append(...footnotes(table));
    const grid = new Promise((resolve) => {
      const made = () => resolve(gridOf(table, place, holder, words));
      requestAnimationFrame(() => requestAnimationFrame(made)); // once the holder has a width
    });
    fill(controls, table, grid, shown, words);
    return box;
  }

  function footnotes(table) {
    const notes = [...new Set(table.rows.flatMap((row) => [...row.footnotes, ...row.cells.flatMap((cell) => cell.footnotes ?? [])]))];
    return notes.map((note) => element("p", {class: "note"}, note));
  }

  /** Fill the bar above a table: search, filters, columns. */
  function fill(bar, table, grid, shown, meanings) {
    const wanted = {};
    const apply = async () => {
      const rows = await grid;
      const words = (wanted.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
      rows.setFilter((data) => filters.every(([key]) => !wanted[key] || data[key] === wanted[key])
        && words.every((word) => data.searched.includes(word)));
    };
    bar.append(element("label", {class: "field"}, element("span", {}, "Search rows"),
      element("input", {type: "search", class: "search", oninput: (event) => { wanted.text = event.target.value; apply(); }})));
    for (const [key, label] of filters) {
      const values = [...new Set(table.rows.map((row) => row[key]).filter(Boolean))];
      if (values.length < 2) continue;
      bar.append(element("label", {class: "field", title: meaningOf(key, meanings)}, element("span", {}, label),
        element("select", {class: `filter-${key}`, onchange: (event) => { wanted[key] = event.target.value; apply(); }},
          element("option", {value: ""}, "all"), values.map((value) => element("option", {value}, value)))));
    }
    const menu = element("details", {class: "menu"}, element("summary", {}, "Columns"));
    grid.then((rows) => menu.append(element("div", {class: "choices"}, rows.getColumns().slice(1).map((column) =>
      element("label", {}, element("input", {type: "checkbox", checked: column.isVisible(), onchange: () => column.toggle()}),
        ` ${column.getDefinition().title}`)))));
    bar.append(menu, element("span", {class: "saving"}, "Save as ", [["csv", "CSV"], ["latex", "LaTeX"], ["markdown", "Markdown"]].map(([form, label]) =>
      element("button", {type: "button", class: "small", onclick: async () => {
        const texts = await bench.load(`texts-${shown.table}`);
        bench.save(`table-${shown.number}${texts[form].suffix}`, texts[form].text, form === "csv" ? "text/csv" : "text/plain");
      }}, label))));
  }

  /** Return the Tabulator of a table. */
  function gridOf(table, place, holder, meanings) {
    const judged = new Set(table.controls_by);
    const domains = table.columns.map((_, at) => domainOf(table, at));
    const texts = [...new Set(table.rows.flatMap((row) => Object.keys(row.texts)))];
    const rows = table.rows.map((row, id) => ({
      id, label: row.label, family: row.family, kind: row.kind, start: row.start, row,
      searched: [row.label, row.name, row.family, row.kind, row.start].join(" ").toLowerCase(),
      ...Object.fromEntries(row.cells.flatMap((cell, at) => [[`c${at}`, cell.value ?? null], [`p${at}`, cell.published ?? null]])),
      ...Object.fromEntries(texts.map((text, at) => [`t${at}`, row.texts[text] ?? ""])),
    }));
    const last = {alignEmptyValues: "bottom"};
    // What says most comes first, and is what rows are sorted by until another heading is chosen.
    const order = d3.sort(table.columns.map((column, at) => [column, at]), ([column]) => (judged.has(column.label) ? table.controls_by.indexOf(column.label) : table.columns.length));
    const [first, at] = order.find(([column]) => column.higher_is_better !== null) ?? order[0] ?? [];
    const initialSort = table.of_models && first ? [{column: `c${at}`, dir: first.higher_is_better === false ? "asc" : "desc"}] : [];
    const columns = [
      {title: table.of_models ? "Model" : "Row", field: "label", frozen: innerWidth > 700, minWidth: 150, formatter: (cell) => labelOf(cell.getData().row, place, meanings)},
      ...(table.of_models ? [{title: "Family", field: "family", minWidth: 120, formatter: textOf}, {title: "Start", field: "start", minWidth: 105, formatter: textOf}] : []),
      ...texts.map((text, at) => ({title: text, field: `t${at}`, minWidth: 240, formatter: textOf, variableHeight: true})),
      ...order.flatMap(([column, at]) => [
        {
          title: column.label, field: `c${at}`, sorter: "number", sorterParams: last, hozAlign: "right", headerHozAlign: "right",
          minWidth: table.of_models ? 150 : 90, headerSortStartingDir: column.higher_is_better === false ? "asc" : "desc",
          headerTooltip: column.meaning ? () => element("div", {class: "meaning"}, column.meaning) : false, visible: !table.of_models || order.findIndex(([, own]) => own === at) < 5 || judged.has(column.label),
          formatter: (cell) => cellOf(cell.getData().row.cells[at], column, domains[at], table, cell.getData().row, place),
        },
        ...(table.rows.some((row) => row.cells[at].published !== undefined) ? [{
          title: `${column.label}, published`, field: `p${at}`, sorter: "number", sorterParams: last, hozAlign: "right", headerHozAlign: "right",
          minWidth: 90, visible: judged.has(column.label), formatter: (cell) => element("span", {class: "published"}, number(cell.getValue(), column.digits)),
        }] : []),
      ]),
    ];
    return new Promise((resolve) => {
      const grid = new Tabulator(holder, {
        data: rows, columns, layout: "fitDataFill", height: rows.length > 40 ? "70vh" : false, placeholder: "No row is left by these filters",
        columnDefaults: {headerWordWrap: true, vertAlign: "middle", titleFormatter: bench.heading}, headerSortTristate: true, initialSort,
      });
      grid.on("tableBuilt", () => { bench.mendRoles(holder); resolve(grid); });
      holder.grid = grid;
    });
  }

  const textOf = (cell) => element("span", {}, String(cell.getValue() ?? ""));

  function labelOf(row, place, meanings) {
    const marks = [row.kind === "model" ? null : element("span", {class: "tag", title: meanings[row.kind]}, row.kind), row.stale ? element("abbr", {title: row.stale}, row.dagger) : null];
    const label = row.condition ? `${row.label}, ${row.condition}` : row.label;
    return element("span", {class: `label ${row.kind.replace(" ", "-")}`},
      row.model === null ? label : element("a", {href: bench.address("row", {p: place, m: row.model})}, label), marks);
  }

  /** Return the least and greatest value that a column draws; upper rows, far above all, stand at its end. */
  function domainOf(table, at) {
    const values = table.rows.filter((row) => row.kind !== "upper row").flatMap((row) => [row.cells[at].low, row.cells[at].high, row.cells[at].value]).filter((value) => value !== undefined && value !== null);
    return values.length ? d3.extent(values) : [0, 1];
  }

  /** Return a measured number: drawn as an interval with the controls as lines, and in digits. */
  function cellOf(cell, column, domain, table, row, place) {
    if (cell.value === undefined || cell.value === null) return element("span", {class: "missing"}, "–");
    const said = cell.low === undefined ? "" : `, 95 % interval ${number(cell.low, column.digits)} to ${number(cell.high, column.digits)}`;
    const about = `${row.label}, ${column.label}: ${number(cell.value, column.digits)}${said}, ${cell.n} fold${cell.n === 1 ? "" : "s"}`;
    const digits = element(row.model === null ? "span" : "a", {
      class: `digits${cell.best ? " best" : ""}${cell.tie ? " tie" : ""}`, title: about,
      href: row.model === null ? null : bench.address("why", {p: place, m: row.model, c: column.metric, t: table.name}),
    }, number(cell.value, column.digits), cell.below ? element("abbr", {title: `not above ${cell.below.join(", ")}`}, "↓") : null);
    return element("span", {class: `measured${cell.best || cell.tie ? " group" : ""}`}, table.of_models ? interval(cell, domain, table, column) : null, digits);
  }

  function interval(cell, domain, table, column) {
    const at = table.columns.indexOf(column);
    const x = d3.scaleLinear(domain, [4, 76]).clamp(true);
    const drawn = d3.create("svg").attr("class", "interval").attr("width", 80).attr("height", 18).attr("aria-hidden", "true");
    for (const row of table.rows) {
      const control = row.cells[at].value;
      if (row.kind === "control" && control !== undefined) drawn.append("line").attr("class", "control").attr("x1", x(control)).attr("x2", x(control)).attr("y1", 0).attr("y2", 18);
    }
    if (cell.low !== undefined) drawn.append("line").attr("class", "span").attr("x1", x(cell.low)).attr("x2", x(cell.high)).attr("y1", 9).attr("y2", 9);
    drawn.append("circle").attr("cx", x(cell.value)).attr("cy", 9).attr("r", 3.5);
    return drawn.node();
  }

  bench.section("leaderboard", "Leaderboard", draw);
})();
