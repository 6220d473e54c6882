// The page: its elements, its chunks of data, its addresses. All other scripts add to the one object `bench`.
"use strict";

const bench = (() => {
  const source = document.documentElement.dataset.source;
  const chunks = new Map();
  const waiting = new Map();
  const sections = [];

  /** Make an element: attributes by name, `on…` as listeners, children as elements or as text, never as HTML. */
  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (key === "class") made.className = value;
      else if (key === "dataset") Object.assign(made.dataset, value);
      else if (key in made && typeof value === "boolean") made[key] = value;
      else made.setAttribute(key, value === true ? "" : String(value));
    }
    made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return made;
  }

  /** Return the promise of a chunk by its name; it is loaded once. */
  function load(name) {
    if (!chunks.has(name)) chunks.set(name, readers[source](name));
    return chunks.get(name);
  }

  /** Forget chunks, so that they are loaded again: those whose names begin so. */
  function forget(beginning = "") {
    for (const name of [...chunks.keys()]) if (name.startsWith(beginning)) chunks.delete(name);
  }

  const readers = {
    async single(name) {
      const holder = document.getElementById(`chunk:${name}`);
      if (!holder) throw new Error(`the page holds no data ${name}`);
      return JSON.parse(holder.textContent);
    },
    folder(name) {
      return new Promise((resolve, reject) => {
        waiting.set(name, resolve);
        const script = element("script", {src: `data/${name}.js`});
        script.onload = () => script.remove();
        script.onerror = () => reject(new Error(`the file data/${name}.js is missing beside this page`));
        document.head.append(script);
      });
    },
    async live(name) {
      const answer = await fetch(`data/${name}.json`, {headers: bench.headers()});
      if (!answer.ok) throw new Error((await answer.text()) || `the server has no data ${name}`);
      return answer.json();
    },
  };

  /** Take a chunk from a script of data/. */
  function receive(name, chunk) {
    waiting.get(name)?.(chunk);
    waiting.delete(name);
  }

  /**
   * Add a section of the page: `name` begins its address, `label` stands in the navigation, '' keeps it out of there;
   * `draw(main, parameters)` fills the page, `parameters` is a URLSearchParams.
   */
  function section(name, label, draw) {
    sections.push({name, label, draw});
  }

  /** Return the address of a section within the page. */
  function address(name, parameters = {}) {
    const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== null && value !== undefined);
    const query = new URLSearchParams(given).toString();
    return `#${name}${query ? `?${query}` : ""}`;
  }

  /** Go to a section; `replaces` the present address, as for a filter that is being typed. */
  function go(name, parameters = {}, {replaces = false, draws = true} = {}) {
    const to = address(name, parameters);
    if (replaces) history.replaceState(null, "", to);
    else history.pushState(null, "", to);
    if (draws) return draw();
  }

  /** Return the section of the present address and its parameters. */
  function place() {
    const [name, query] = decodeURI(location.hash.slice(1)).split("?");
    return {
      section: sections.find((each) => each.name === name) ?? sections[0],
      parameters: new URLSearchParams(location.hash.split("?")[1] ?? ""),
      query,
    };
  }

  let drawing = 0;

  /** Draw the page of the present address. */
  async function draw() {
    const own = (drawing += 1);
    const {section: shown, parameters} = place();
    const main = document.getElementById("main");
    for (const link of document.querySelectorAll("#top nav a")) {
      if (link.dataset.section === shown.name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const into = element("div", {class: `section ${shown.name}`});
    try {
      await shown.draw(into, parameters);
    } catch (error) {
      into.append(element("p", {class: "problem", role: "alert"}, String(error.message ?? error)));
    }
    if (own !== drawing) return; // another address was asked for in the meantime
    main.replaceChildren(into);
    into.dispatchEvent(new CustomEvent("shown"));
    main.setAttribute("aria-busy", "false");
    main.dataset.drawn = String(own);
  }

  /** Return the number of the protocol that an address names, the first one if it names none. */
  const placeOf = (index, parameters) => Math.max(0, Math.min(Number(parameters.get("p") ?? 0) || 0, index.protocols.length - 1));

  /** Return a heading of a Tabulator as text, which it would else take for HTML. */
  const heading = (cell) => element("span", {}, String(cell.getValue()));

  /** Take from a Tabulator's rows the place in the order of focus: they hold links, and a grid may own rows alone. */
  const mendRoles = (holder) => holder.querySelector(".tabulator-tableholder")?.removeAttribute("tabindex");

  /** Return a number with its digits, a dash if there is none. */
  const number = (value, digits = 3) => (value === null || value === undefined ? "–" : value.toFixed(digits));

  const theme = {
    now() {
      return document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    },
    turn() {
      document.documentElement.dataset.theme = theme.now() === "dark" ? "light" : "dark";
      try {
        localStorage.setItem("bench-theme", document.documentElement.dataset.theme);
      } catch {} // a browser that keeps nothing
      document.dispatchEvent(new CustomEvent("theme"));
    },
    recall() {
      try {
        const kept = localStorage.getItem("bench-theme");
        if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
      } catch {} // as above
    },
  };

  /** Offer a text or a Blob to be saved under a name. */
  function save(name, content, type = "text/plain") {
    const blob = content instanceof Blob ? content : new Blob([content], {type: `${type};charset=utf-8`});
    const link = element("a", {href: URL.createObjectURL(blob), download: name.replace(/[^A-Za-z0-9._-]+/g, "-")});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  /** Draw the head and the present section, and follow the address from then on. */
  async function start() {
    theme.recall();
    const top = document.getElementById("top");
    top.append(
      element("a", {class: "home", href: address(sections[0].name)}, "bench"),
      element("nav", {"aria-label": "Sections"}, sections.filter((each) => each.label).map((each) =>
        element("a", {href: address(each.name), dataset: {section: each.name}}, each.label))),
      element("button", {type: "button", class: "quiet", "aria-label": "Light or dark", title: "Light or dark", onclick: theme.turn}, "◐"),
    );
    addEventListener("popstate", draw);
    addEventListener("hashchange", draw);
    await draw();
  }

  return {
    element, load, forget, receive, section, address, go, place, placeOf, draw, heading, mendRoles, number, theme, save, start, sections,
    source,
    /** Return the headers of a request to the server; a server's own script replaces it to add its token. */
    headers: () => ({}),
  };
})();
window.bench = bench;
