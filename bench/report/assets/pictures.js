// The browser of test pictures: what two models answered about each, and where one is right and the other wrong.
"use strict";

(() => {
  const {element, number} = bench;
  const batch = 20;
  const outcomes = [
    ["all", "all answers"], ["a", "A right, B wrong"], ["b", "A wrong, B right"], ["both", "both right"], ["neither", "both wrong"],
    ["better", "A scores higher than B"], ["worse", "A scores lower than B"],
  ];
  const alone = [["all", "all answers"], ["right", "right"], ["wrong", "wrong"]];

  /** Return the promise of a picture's address, null if the page does not hold it. */
  bench.picture = async (place, at) => {
    const {picture_block: block} = await bench.load("index");
    return (await bench.load(`pictures-${place}-${Math.floor(at / block)}`))[at % block];
  };

  /** Return an element for a picture that is loaded when it is seen. */
  bench.pictureBox = (place, at, name) => {
    const box = element("div", {class: "picture"}, element("span", {class: "missing"}, "…"));
    whenSeen(box, async () => {
      const address = await bench.picture(place, at);
      box.replaceChildren(address
        ? element("img", {src: address, alt: `micrograph ${name}`, decoding: "async"})
        : element("span", {class: "note"}, "This page was written without this picture (see --pictures)."));
    });
    return box;
  };

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); entry.target.whenSeen?.(); }
  }, {rootMargin: "600px"});

  function whenSeen(box, act) {
    box.whenSeen = act;
    seen.observe(box);
  }

  /** Return what is asked and a model's scores, ready to be filtered. */
  const scoresOf = (place, model) => (model === "" ? Promise.resolve(null) : bench.load(`scores-${place}-${model}`));

  /**
   * Return whether a model is right about an item, null where it has no answer or no score: about the facts of one
   * kind, if one is chosen, else by a column, in which right means that nothing is missing.
   */
  function rightness(scores, at, column, kind, higher) {
    if (!scores || !scores.answered[at]) return null;
    if (kind) {
      const own = (scores.facts?.[at] ?? []).filter((fact) => scores.kinds[fact >> 1] === kind);
      return own.length ? own.every((fact) => fact & 1) : null;
    }
    const score = scores.scores[column]?.[at] ?? null;
    return score === null ? null : higher ? score >= 1 : score <= 0;
  }
  bench.rightness = rightness;

  async function draw(main, parameters) {
    const index = await bench.load("index");
    const place = bench.placeOf(index, parameters);
    const protocol = index.protocols[place];
    const items = await bench.load(`items-${place}`);
    const wanted = {
      a: parameters.get("a") ?? String(firstModel(protocol, 0)), b: parameters.get("b") ?? "", show: parameters.get("show") ?? "all",
      column: parameters.get("column") ?? items.columns[0]?.label ?? "", kind: parameters.get("kind") ?? "", predicted: parameters.get("predicted") ?? "",
      ...Object.fromEntries(Object.keys(items.fields).map((name) => [name, parameters.get(name) ?? ""])),
    };
    const bar = element("form", {class: "bar filters", onsubmit: (event) => event.preventDefault()});
    const count = element("p", {class: "count", role: "status"});
    const differ = element("div", {class: "differ"});
    const cards = element("div", {class: "cards"});
    main.append(element("h1", {}, "Pictures and answers"), element("div", {class: "bar"}, bench.protocolMenu(index, place, "pictures")), bar, count, differ, cards);
    if (!items.count) { main.append(element("p", {}, "No answers of this protocol are stored.")); return; }
    if (items.pictures_missing) count.after(element("p", {class: "note"}, `No picture is shown: ${items.pictures_missing}.`));
    else if (items.pictures_held < items.pictures.length) count.after(element("p", {class: "note"}, `This page holds ${items.pictures_held.toLocaleString("en")} of ${items.pictures.length.toLocaleString("en")} pictures.`));

    const update = async (changed = {}) => {
      Object.assign(wanted, changed);
      bench.go("pictures", {p: place, ...wanted, show: wanted.show === "all" ? "" : wanted.show, column: wanted.column === items.columns[0]?.label ? "" : wanted.column}, {replaces: true, draws: false});
      const [a, b] = await Promise.all([scoresOf(place, wanted.a), scoresOf(place, wanted.b)]);
      fill(bar, protocol, items, wanted, a, b, update);
      const shown = chosen(items, wanted, a, b);
      count.textContent = `${shown.length.toLocaleString("en")} of ${items.count.toLocaleString("en")} ${items.count === 1 ? "answer" : "answers"}`;
      differ.replaceChildren(b ? differences(protocol, items, wanted, a, b, update) : "");
      list(cards, shown, {place, protocol, items, wanted, a, b});
    };
    await update();
  }

  const firstModel = (protocol, after) => Math.max(0, protocol.models.findIndex((model, at) => at >= after && model.kind === "model"));

  /** Return the menu of one filter. */
  const menu = (label, name, values, wanted, update, all = "all") => element("label", {class: "field"}, element("span", {}, label),
    element("select", {name, onchange: (event) => update({[name]: event.target.value})},
      all === null ? null : element("option", {value: ""}, all),
      values.map((value) => element("option", {value: value.value ?? value, selected: String(value.value ?? value) === String(wanted[name])}, value.label ?? value))));

  /** Fill the bar of filters, keeping the focus where it is. */
  function fill(bar, protocol, items, wanted, a, b, update) {
    const focused = document.activeElement?.name;
    const models = protocol.models.map((model, value) => ({value, label: `${model.label}${model.kind === "model" ? "" : ` (${model.kind})`}`}));
    const kinds = [...new Set([...(a?.kinds ?? []), ...(b?.kinds ?? [])])].sort();
    const fields = Object.entries(items.fields).filter(([, field]) => field.values.length > 1);
    bar.replaceChildren(...[
      menu("Model A", "a", models, wanted, update, null), menu("Model B", "b", models, wanted, update, "none"),
      menu("Show", "show", (b ? outcomes : alone).map(([value, label]) => ({value, label})), wanted, update, null),
      items.columns.length > 1 ? menu("Right by", "column", items.columns.map((column) => column.label), wanted, update, null) : null,
      ...fields.map(([name, field]) => menu(name, name, field.values, wanted, update)),
      kinds.length ? menu("Fact", "kind", kinds, wanted, update) : null,
      a?.predicted ? menu("A took it for", "predicted", [...a.predicted.values].sort(), wanted, update) : null,
    ].filter(Boolean));
    if (focused) bar.elements[focused]?.focus();
  }

  /** Return the items that the filters leave, with those first that say most. */
  function chosen(items, wanted, a, b) {
    const column = Math.max(0, items.columns.findIndex((each) => each.label === wanted.column));
    const higher = items.columns[column]?.higher_is_better !== false;
    const fields = Object.entries(items.fields).filter(([name]) => wanted[name]).map(([name, field]) => [field.of, field.values.indexOf(wanted[name])]);
    const predicted = wanted.predicted && a?.predicted ? a.predicted.values.indexOf(wanted.predicted) : null;
    const shown = [];
    for (let at = 0; at < items.count; at += 1) {
      if (!fields.every(([of, value]) => of[at] === value)) continue;
      if (predicted !== null && a.predicted.of[at] !== predicted) continue;
      if (!a?.answered[at] && !(b && b.answered[at])) continue;
      if (wanted.kind && rightness(a, at, column, wanted.kind, higher) === null) continue;
      if (passes(wanted.show, rightness(a, at, column, wanted.kind, higher), b ? rightness(b, at, column, wanted.kind, higher) : undefined, a?.scores[column]?.[at], b?.scores[column]?.[at], higher)) shown.push(at);
    }
    return shown;
  }
  bench.chosen = chosen;

  function passes(show, a, b, scoreA, scoreB, higher) {
    const known = a !== null && b !== null && b !== undefined;
    switch (show) {
      case "right": return a === true;
      case "wrong": return a === false;
      case "a": return known && a && !b;
      case "b": return known && !a && b;
      case "both": return known && a && b;
      case "neither": return known && !a && !b;
      case "better": return known && (higher ? scoreA > scoreB : scoreA < scoreB);
      case "worse": return known && (higher ? scoreA < scoreB : scoreA > scoreB);
      default: return true;
    }
  }

  /** Return where two models differ: by category, question or fact, how often one alone is right. */
  function differences(protocol, items, wanted, a, b, update) {
    const column = Math.max(0, items.columns.findIndex((each) => each.label === wanted.column));
    const higher = items.columns[column]?.higher_is_better !== false;
    const others = chosen(items, {...wanted, show: "all"}, a, b);
    const counts = {a: 0, b: 0, both: 0, neither: 0};
    const ways = {...Object.fromEntries(Object.entries(items.fields).filter(([, field]) => field.values.length > 1).map(([name]) => [name, new Map()])), ...(a?.kinds.length ? {fact: new Map()} : {})};
    const add = (map, value, outcome) => { const row = map.get(value) ?? {a: 0, b: 0, both: 0, neither: 0}; row[outcome] += 1; map.set(value, row); };
    const outcomeOf = (one, other) => (one === null || other === null ? null : one ? (other ? "both" : "a") : other ? "b" : "neither");
    for (const at of others) {
      const outcome = outcomeOf(rightness(a, at, column, wanted.kind, higher), rightness(b, at, column, wanted.kind, higher));
      if (outcome !== null) {
        counts[outcome] += 1;
        for (const [name, map] of Object.entries(ways)) if (name !== "fact") add(map, items.fields[name].values[items.fields[name].of[at]], outcome);
      }
      if (ways.fact && b.facts) {
        for (const kind of new Set((a.facts?.[at] ?? []).map((fact) => a.kinds[fact >> 1]))) {
          const own = outcomeOf(rightness(a, at, column, kind, higher), rightness(b, at, column, kind, higher));
          if (own) add(ways.fact, kind, own);
        }
      }
    }
    const labels = {a: "A right, B wrong", b: "A wrong, B right", both: "both right", neither: "both wrong"};
    const buttons = element("div", {class: "bar outcomes", role: "group", "aria-label": "Outcomes"}, Object.entries(labels).map(([name, label]) =>
      element("button", {type: "button", "aria-pressed": String(wanted.show === name), dataset: {outcome: name}, onclick: () => update({show: wanted.show === name ? "all" : name})}, `${label}: `, element("b", {}, counts[name].toLocaleString("en")))));
    const tables = Object.entries(ways).filter(([, map]) => map.size > 1).map(([name, map]) => {
      const rows = [...map].map(([value, row]) => ({value, ...row, lead: row.a - row.b})).sort((one, other) => Math.abs(other.lead) - Math.abs(one.lead)).slice(0, 12);
      return element("div", {}, element("table", {class: "plain"}, element("caption", {}, `By ${name}`),
        element("thead", {}, element("tr", {}, [name, "A only", "B only", "both", "neither"].map((title) => element("th", {scope: "col"}, title)))),
        element("tbody", {}, rows.map((row) => element("tr", {},
          element("th", {scope: "row"}, element("button", {type: "button", class: "link", onclick: () => update({[name === "fact" ? "kind" : name]: row.value})}, row.value)),
          ["a", "b", "both", "neither"].map((outcome) => element("td", {class: outcome === "a" && row.lead > 0 ? "ahead" : outcome === "b" && row.lead < 0 ? "ahead" : null}, String(row[outcome]))))))));
    });
    return element("div", {}, buttons, tables.length ? element("details", {}, element("summary", {}, "Where they differ"), element("div", {class: "side-by-side"}, tables)) : null);
  }

  /** Fill the list of cards, more of them whenever its end is seen. */
  function list(cards, shown, about) {
    cards.replaceChildren();
    let next = 0;
    const end = element("div", {class: "end", "aria-hidden": "true"});
    const more = () => {
      const made = shown.slice(next, next + batch).map((at) => card(at, about));
      next += made.length;
      end.before(...made);
      if (next < shown.length) whenSeen(end, more);
      else end.remove();
    };
    cards.append(end);
    more();
  }

  /** Return the card of one item; its texts are loaded when it is seen. */
  function card(at, about) {
    const {place, items, wanted, protocol} = about;
    const field = (name) => (items.fields[name] ? items.fields[name].values[items.fields[name].of[at]] : "");
    const body = element("div", {class: "answers"});
    const made = element("article", {class: "card-of-item", dataset: {item: at}},
      bench.pictureBox(place, items.picture[at], items.pictures[items.picture[at]]),
      element("div", {class: "texts"},
        element("p", {class: "question"}, field("question") || "Which category is it?"),
        element("p", {class: "note"}, [field("category"), field("topic"), field("alteration"), items.pictures[items.picture[at]], items.places[items.place[at]]].filter(Boolean).join(" · ")),
        body));
    whenSeen(made, async () => {
      const block = Math.floor(at / items.block), within = at % items.block;
      const names = ["a", "b"].filter((name) => wanted[name] !== "");
      const looks = await Promise.all(names.map((name) => bench.load(`attention-${place}-${wanted[name]}`)));
      const [references, ...answers] = await Promise.all([bench.load(`references-${place}-${block}`),
        ...names.map((name) => bench.load(`answers-${place}-${wanted[name]}-${block}`))]);
      const reference = references[within].reference ?? field("category");
      body.append(
        references[within].context ? element("p", {class: "note"}, references[within].context) : "",
        references[within].options ? element("p", {class: "note"}, references[within].options) : "",
        element("div", {class: "answer reference"}, element("h3", {}, "Reference"), element("p", {dir: "auto"}, reference)),
        ...names.map((name, order) => [
          answerOf(protocol.models[wanted[name]], name.toUpperCase(), answers[order][within], reference, references[within].reference !== undefined, about[name], at, about),
          looks[order][at] ? lookOf(looks[order][at], made.querySelector(".picture")) : ""]).flat(),
      );
    });
    return made;
  }

  function answerOf(model, letter, answer, reference, isText, scores, at, about) {
    const {items, wanted} = about;
    const column = Math.max(0, items.columns.findIndex((each) => each.label === wanted.column));
    const right = rightness(scores, at, column, wanted.kind, items.columns[column]?.higher_is_better !== false);
    const score = scores?.scores[column]?.[at];
    const heading = element("h3", {}, `${letter}: ${model.label}`, right === null ? null : element("span", {class: right ? "right" : "wrong"}, right ? " ✓ right" : " ✗ wrong"),
      score === undefined || score === null ? null : element("span", {class: "note"}, ` ${items.columns[column].label} ${number(score)}`));
    if (!answer) return element("div", {class: "answer"}, heading, element("p", {class: "missing"}, "It was not asked this."));
    return element("div", {class: "answer"}, heading,
      answer.answer === undefined ? null : element("p", {dir: "auto"}, isText ? marked(reference, answer.answer) : answer.answer || "(empty)"),
      answer.facts ? element("ul", {class: "facts"}, answer.facts.map(factOf)) : null,
      answer.counts ? element("p", {class: "note"}, `facts: ${answer.counts[2]} right of ${answer.counts[0]} asked for, ${answer.counts[1]} stated`) : null,
      answer.ranked ? rankedOf(answer.ranked, reference) : answer.predicted && answer.answer === undefined ? element("p", {}, answer.predicted) : null);
  }

  /** Return an answer in which the words are marked that the reference does not have in their place. */
  function marked(reference, answer) {
    if (!answer) return "(empty)";
    if (reference.length + answer.length > 20_000) return answer;
    return Diff.diffWords(reference, answer).filter((piece) => !piece.removed).map((piece) => (piece.added && piece.value.trim() ? element("mark", {}, piece.value) : piece.value));
  }
  bench.marked = marked;

  function factOf([kind, value, stated]) {
    if (stated.length === 1 && stated[0] === value) return element("li", {class: "right"}, `✓ ${kind}: ${value}`);
    if (!stated.length) return element("li", {class: "missed"}, `– ${kind}: missed ${value}`);
    return element("li", {class: "wrong"}, `✗ ${kind}: said ${stated.join(" and ")}, is ${value}`);
  }

  function rankedOf(ranked, truth) {
    return element("ol", {class: "ranked"}, ranked.map(([name, share]) => {
      const bar = element("span", {class: "bar-of-share"});
      bar.style.setProperty("--share", `${Math.round(100 * share)}%`);
      return element("li", {class: name === truth ? "right" : null}, element("span", {}, name), bar, element("span", {class: "digits"}, number(share, 2)));
    }));
  }
  bench.rankedOf = rankedOf;

  /** Return the words of an answer: each, when it is pointed at or focused, shows over the picture where it looked. */
  function lookOf(look, picture) {
    const most = d3.max(look.weights, (word) => d3.max(word)) || 1;
    const show = (weights) => {
      picture.querySelector("svg.look")?.remove();
      if (!weights) return;
      const drawn = d3.create("svg").attr("class", "look").attr("viewBox", `0 0 ${look.side} ${look.side}`).attr("preserveAspectRatio", "none").attr("aria-hidden", "true");
      weights.forEach((weight, patch) => drawn.append("rect").attr("x", patch % look.side).attr("y", Math.floor(patch / look.side)).attr("width", 1).attr("height", 1).attr("fill-opacity", (0.75 * weight) / most));
      picture.append(drawn.node());
    };
    return element("p", {class: "looks"}, element("span", {class: "note"}, "Where it looked: "), look.words.map((word, at) => [
      element("button", {type: "button", class: "word", onmouseenter: () => show(look.weights[at]), onmouseleave: () => show(null), onfocus: () => show(look.weights[at]), onblur: () => show(null)}, word), " "]));
  }
  bench.lookOf = lookOf;

  /** Show the pictures behind a field of a confusion matrix. */
  bench.strip = async (strip, place, model, {category, predicted}) => {
    const [items, scores] = await Promise.all([bench.load(`items-${place}`), bench.load(`scores-${place}-${model}`)]);
    const shown = chosen(items, {a: String(model), show: "all", category, predicted}, scores, null);
    strip.replaceChildren(
      element("p", {}, `${shown.length} of ${category} taken for ${predicted}. `,
        element("a", {href: bench.address("pictures", {p: place, a: model, category, predicted})}, "Open them all")),
      element("div", {class: "thumbnails"}, shown.slice(0, 24).map((at) => bench.pictureBox(place, items.picture[at], items.pictures[items.picture[at]]))));
  };

  bench.section("pictures", "Pictures", draw);
})();
