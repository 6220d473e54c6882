// The runs as they go on: how many cells are done, what the others do, their losses, the time left, their logs.
"use strict";

(() => {
  const {element} = bench;
  const words = {
    done: "done", running: "running", failed: "failed", missing: "to do", stopped: "stopped by the race", queued: "queued",
    preempted: "preempted", cancelled: "cancelled", lost: "lost", silent: "silent", hangs: "hangs", unknown: "unknown",
    unsubmitted: "not submitted",
  };
  const order = Object.keys(words);
  const open = new Set(); // the cells whose logs are open

  const clock = (seconds) => {
    if (seconds === null || seconds === undefined) return "";
    if (seconds < 90) return `${Math.round(seconds)} s`;
    if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
    return `${(seconds / 3600).toFixed(1)} h`;
  };
  const digits = (value) => (Number.isInteger(value) ? String(value) : value.toPrecision(3));
  const began = (name) => {
    const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/.exec(name);
    return parts ? `${parts[1]}-${parts[2]}-${parts[3]} ${parts[4]}:${parts[5]} UTC` : name;
  };

  let holder = null;

  function draw(main) {
    holder = element("div", {class: "runs-now"});
    main.append(element("h1", {}, "Runs"), holder);
    show(bench.look);
  }

  function show(look) {
    if (!holder) return;
    if (!look) {
      holder.replaceChildren(element("p", {class: "note"}, "Looking at the store …"));
      return;
    }
    const focused = document.activeElement?.dataset?.cell;
    holder.replaceChildren(
      ...(look.error ? [element("p", {class: "problem", role: "alert"}, look.error)] : []),
      ...(look.runs.length ? look.runs.map(runOf) : [element("p", {class: "note"},
        `The store ${look.store} knows no run yet. This page shows one as soon as \`bench run\` begins it.`)]),
    );
    if (focused) holder.querySelector(`summary[data-cell="${CSS.escape(focused)}"]`)?.focus();
  }

  function runOf(run) {
    const all = Object.values(run.counts).reduce((sum, count) => sum + count, 0);
    const states = Object.keys(run.counts).sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const isOpen = states.some((state) => ["running", "queued", "preempted"].includes(state));
    const running = run.cells.filter((cell) => cell.state === "running");
    const wrong = run.cells.filter((cell) => cell.why && cell.state !== "running");
    const models = run.models.slice(0, 6).join(", ") + (run.models.length > 6 ? ` and ${run.models.length - 6} more` : "");
    return element("section", {class: "run", "aria-label": `Run ${run.name}`},
      element("h2", {}, `${run.task} on ${run.dataset}`, element("span", {class: "tag"}, run.place)),
      element("p", {class: "note"}, `${models} · began ${began(run.name)}`),
      bar(run.counts, states, all),
      element("p", {class: "counts"},
        states.map((state) => element("span", {class: `count ${state}`}, `${run.counts[state].toLocaleString("en")} ${words[state] ?? state}`)),
        isOpen && run.left ? element("span", {class: "count"}, `about ${clock(run.left)} of work left`) : null),
      running.map(cellOf),
      wrong.map(wrongOf),
    );
  }

  /** A bar of all cells, one part per state; the counts below say the same in words. */
  function bar(counts, states, all) {
    const parts = states.map((state) => {
      const part = element("i", {class: state});
      part.style.flexGrow = counts[state] / all;
      return part;
    });
    return element("div", {class: "states", "aria-hidden": "true"}, parts);
  }

  function cellOf(cell) {
    const what = cell.what || cell.stage || "";
    const about = [cell.stage && cell.what && cell.stage !== cell.what && cell.what !== "training" ? `${cell.stage}: ${cell.what}` : what];
    if (cell.total) about.push(`${cell.done.toLocaleString("en")} of ${cell.total.toLocaleString("en")}`);
    if (cell.left !== null && cell.left !== undefined) about.push(`${clock(cell.left)} left`);
    if (cell.host) about.push(`on ${cell.host}`);
    const figures = Object.entries(cell.figures ?? {});
    return element("article", {class: "cell"},
      element("h3", {}, cell.name),
      element("p", {class: "about"}, about.filter(Boolean).join(" · ")),
      cell.total ? element("progress", {max: cell.total, value: cell.done, "aria-label": `${cell.name}: ${what}`}) : null,
      figures.length ? element("p", {class: "figures"}, figures.map(([name, value]) =>
        element("span", {}, `${name} `, element("b", {}, digits(value))))) : null,
      curveOf(cell),
      logOf(cell),
    );
  }

  /** The losses so far, each on its way down; the rate and the epoch are no losses. */
  function curveOf(cell) {
    const points = (cell.curve ?? []).flatMap(([done, figures]) =>
      Object.entries(figures).filter(([name]) => !["epoch", "lr"].includes(name)).map(([name, value]) => ({done, name, value})));
    if (new Set(points.map((point) => point.done)).size < 2) return null;
    const style = getComputedStyle(document.documentElement);
    const names = [...new Set(points.map((point) => point.name))];
    const plot = Plot.plot({
      height: 170, width: 620, marginLeft: 48,
      x: {label: "step →"}, y: {label: "loss", grid: true, nice: true},
      color: {domain: names, range: names.map((_, place) => style.getPropertyValue(`--c${(place % 8) + 1}`).trim())},
      marks: [Plot.lineY(points, {x: "done", y: "value", stroke: "name"}),
        Plot.text(points, Plot.selectLast({x: "done", y: "value", z: "name", text: "name", textAnchor: "start", dx: 4}))],
      marginRight: 60,
    });
    const last = names.map((name) => `${name} ${digits(points.filter((point) => point.name === name).at(-1).value)}`);
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", `Losses so far; last: ${last.join(", ")}`);
    return element("figure", {class: "curve"}, plot);
  }

  function wrongOf(cell) {
    return element("article", {class: "cell wrong"},
      element("h3", {}, cell.name, element("span", {class: "tag"}, words[cell.state] ?? cell.state)),
      element("p", {class: "about"}, cell.why), logOf(cell));
  }

  function logOf(cell) {
    const text = element("pre", {class: "log", tabindex: 0, "aria-label": `Log of ${cell.name}`});
    const details = element("details", {class: "log-of", open: open.has(cell.cell), ontoggle: () => {
      if (details.open) open.add(cell.cell);
      else open.delete(cell.cell);
      if (details.open) fill();
    }}, element("summary", {dataset: {cell: cell.cell}}, "Log"), text);
    async function fill() {
      try {
        const answer = await bench.request(`api/log?cell=${encodeURIComponent(cell.cell)}`);
        text.textContent = (await answer.json()).lines.slice(-200).join("\n") || "nothing yet";
        text.scrollTop = text.scrollHeight;
      } catch (error) {
        text.textContent = error.message;
      }
    }
    if (open.has(cell.cell)) fill();
    return details;
  }

  bench.onLook(show);
  document.addEventListener("theme", () => show(bench.look));
  bench.section("runs", "Runs", draw);
  bench.sections.at(-1).live = true;
})();
