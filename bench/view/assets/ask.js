// Ask: pictures that are dropped or pasted, one model or two side by side, answers as they come, corrections to keep.
"use strict";

(() => {
  const {element} = bench;
  const pictures = [];
  const turns = [];
  let chosen = null; // the picture that is shown
  let models = [];
  let kept = null; // what the server said of the corrections
  let page = null;
  let limits = null;
  let folder = "corrections";

  const parts = {};
  const byKey = (key) => models.find((model) => model.key === key);

  /** Show the page at once; what the server knows comes later, as it imports seconds of libraries. */
  function draw(main) {
    if (!page) page = build();
    main.append(page);
    refresh().catch((error) => say(error.message, true));
  }

  async function refresh() {
    if (!limits) await fill();
    await listModels();
  }

  function build() {
    parts.status = element("p", {class: "note status", role: "status"});
    parts.input = element("input", {type: "file", multiple: true, class: "files", id: "ask-files", onchange: () => {
      take([...parts.input.files]);
      parts.input.value = "";
    }});
    parts.strip = element("div", {class: "strip", role: "group", "aria-label": "Pictures"});
    parts.stage = element("div", {class: "stage"});
    parts.first = element("select", {class: "model-a", onchange: chooseModel});
    parts.second = element("select", {class: "model-b", onchange: showNotes});
    parts.caption = element("select", {class: "caption-told"}, element("option", {value: ""}, "not told"));
    parts.prepared = element("select", {class: "prepared", onchange: () => {
      if (parts.prepared.value) parts.question.value = parts.prepared.value;
    }}, element("option", {value: ""}, "a question of your own"));
    parts.question = element("textarea", {class: "question", rows: 2, required: true, onkeydown: (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        ask([parts.question.value]);
      }
    }});
    parts.note = element("div", {class: "note model-note", role: "status"});
    parts.aside = element("details", {class: "aside note", hidden: true});
    parts.stay = element("p", {class: "note"});
    parts.turns = element("div", {class: "turns", "aria-label": "Answers", role: "region"});
    parts.kept = element("div", {class: "kept", role: "status"});
    const drop = element("div", {class: "drop"},
      element("p", {}, "Drop micrographs here, paste one, or ",
        element("label", {for: "ask-files", class: "choose"}, "choose files"), "."),
      parts.input,
      parts.stay);
    const root = element("div", {class: "ask-page", ondragover: over, ondragleave: leave, ondrop: dropped},
      element("h1", {}, "Ask about a micrograph"),
      parts.status,
      element("div", {class: "columns"},
        element("section", {class: "looking", "aria-label": "Picture"}, drop, parts.strip, parts.stage),
        element("section", {class: "talking", "aria-label": "Question and answers"},
          element("form", {class: "asking", onsubmit: (event) => { event.preventDefault(); ask([parts.question.value]); }},
            element("div", {class: "bar"},
              field("Model", parts.first), field("Beside it", parts.second), field("Its category is", parts.caption)),
            parts.note,
            parts.aside,
            element("div", {class: "bar wide"}, field("One of the paper’s 22 questions", parts.prepared)),
            element("div", {class: "bar wide"}, field("Question", parts.question)),
            element("div", {class: "bar"},
              element("button", {type: "submit", class: "primary"}, "Ask"),
              element("button", {type: "button", class: "ask-category", onclick: () => ask([null])}, "Rank categories"),
              element("button", {type: "button", class: "ask-group", onclick: () => ask(groupOf(parts.question.value))}, "Ask the group"),
              element("button", {type: "button", class: "ask-all", onclick: () => ask(limits.groups.flatMap((group) => group.questions))}, "Ask all 22"),
              element("button", {type: "button", class: "stop", hidden: true, onclick: stop}, "Stop"))),
          parts.turns,
          parts.kept,
          element("div", {class: "bar save"},
            element("span", {class: "note"}, "Save this session as"),
            ["html", "csv", "jsonl"].map((form) => element("button", {type: "button", class: `save-${form}`, onclick: () => save(form)},
              {html: "HTML", csv: "CSV", jsonl: "records (JSONL)"}[form]))))));
    parts.stop = root.querySelector(".stop");
    document.addEventListener("paste", pasted);
    addEventListener("beforeunload", (event) => { if (turns.length) event.preventDefault(); });
    showPictures();
    return root;
  }

  const field = (label, control) => element("label", {class: "field"}, element("span", {}, label), control);
  const say = (sentence, isProblem = false) => {
    parts.status.textContent = sentence;
    parts.status.classList.toggle("problem", isProblem);
  };

  async function fill() {
    const answer = await (await bench.request("api/questions")).json();
    limits = answer;
    folder = answer.corrections;
    for (const group of answer.groups) {
      parts.prepared.append(element("optgroup", {label: group.name}, group.questions.map((question) =>
        element("option", {value: question, title: question}, question))));
    }
    parts.prepared.value = answer.groups[0].questions[0];
    parts.question.value = parts.prepared.value;
  }

  /** List the models again: one may have been trained since. */
  async function listModels() {
    const listed = await (await bench.request("api/models")).json();
    models = listed.models;
    showAside(listed.aside);
    const away = models.some((model) => model.server) ? ", unless you ask a model that is on a server" : "";
    parts.stay.textContent = `Files of microscopes, too, with the text files beside them. They stay on this machine${away}, and only until the server ends.`;
    const options = () => models.map((model) => element("option", {value: model.key, title: model.origin},
      `${model.label} · ${model.origin.length > 60 ? `${model.origin.slice(0, 59)}…` : model.origin}`));
    const [first, second] = [parts.first.value, parts.second.value];
    parts.first.replaceChildren(...options());
    parts.second.replaceChildren(element("option", {value: ""}, "none"), ...options());
    if (byKey(first)) parts.first.value = first;
    parts.second.value = byKey(second) ? second : "";
    await chooseModel();
  }

  async function chooseModel() {
    const model = byKey(parts.first.value);
    if (!model) {
      say("There is no model to ask.", true);
      return;
    }
    showNotes();
    if (parts.caption.dataset.model === model.key) return;
    parts.caption.dataset.model = model.key;
    say(`Loading ${model.label} …`);
    try {
      const about = await (await bench.request(`api/models/about?key=${encodeURIComponent(model.key)}`)).json();
      if (parts.caption.dataset.model !== model.key) return;
      Object.assign(model, about);
      const told = parts.caption.value;
      parts.caption.replaceChildren(element("option", {value: ""}, "not told"),
        ...about.categories.map((category) => element("option", {value: category}, category)));
      parts.caption.value = about.categories.includes(told) ? told : "";
      say("");
    } catch (error) {
      delete parts.caption.dataset.model;
      say(error.message, true);
    }
  }

  const chosenModels = () => [...new Set([parts.first.value, parts.second.value].filter(Boolean))].map(byKey).filter(Boolean);

  /** Say of the chosen models what they cannot do, how far to trust them, and whether a picture leaves this machine. */
  function showNotes() {
    const asked = chosenModels();
    parts.note.replaceChildren(...asked.flatMap((model) => [
      model.server ? element("p", {class: "leaves"}, `${model.label}: the picture and the question are sent to ${model.server}, which may cost money.`) : null,
      model.answers ? null : element("p", {}, `${model.label} answers no questions: it ranks categories only.`),
      model.note ? element("p", {}, `${model.label} ${model.origin}: ${model.note}.`) : null,
    ]).filter(Boolean));
    const [answers, classifies] = [asked.some((model) => model.answers), asked.some((model) => model.classifies)];
    for (const button of page.querySelectorAll(".asking .primary, .ask-group, .ask-all")) button.disabled = !answers;
    page.querySelector(".ask-category").disabled = !classifies;
  }

  /** List the store's models that are not offered, each with the reason. */
  function showAside(aside) {
    parts.aside.hidden = !aside.length;
    parts.aside.replaceChildren(element("summary", {}, `Not offered: ${aside.length === 1 ? "one model" : `${aside.length} models`} of the store`),
      element("ul", {}, aside.map(({label, reason}) => element("li", {}, element("b", {}, label), `: ${reason}.`))));
  }

  // Pictures.

  const isSideFile = (file) => /\.(txt|hdr)$/i.test(file.name);

  function over(event) {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    page.classList.add("over");
  }
  function leave(event) {
    if (!page.contains(event.relatedTarget)) page.classList.remove("over");
  }
  function dropped(event) {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    page.classList.remove("over");
    take([...event.dataTransfer.files]);
  }
  function pasted(event) {
    if (!page.isConnected) return;
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    take(files);
  }

  /** Send files to the server: first those that describe others, then pictures, one after another. */
  async function take(files) {
    const drop = crypto.randomUUID?.().replaceAll("-", "") ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const beside = files.filter(isSideFile);
    const problems = [];
    let number = 0;
    for (const file of files.filter((each) => !isSideFile(each))) {
      number += 1;
      say(`Reading ${file.name} (${number} of ${files.length - beside.length}) …`);
      try {
        const picture = {file, drop, beside, ...(await send(file, drop, beside))};
        pictures.push(picture);
        chosen = picture;
        showPictures();
      } catch (error) {
        problems.push(error.message);
      }
    }
    if (problems.length) say(problems.join(" · "), true);
    else say(number ? `${number === 1 ? "The picture is" : `${number} pictures are`} here.` : "No picture is among these files.", !number);
  }

  async function send(file, drop, beside) {
    if (limits && file.size > limits.bytes) throw new bench.Refusal(`'${file.name}' has more than ${limits.bytes / 2 ** 20} MB; make it smaller`, "", 413);
    for (const other of beside) await post(other, drop);
    const about = await (await post(file, drop)).json();
    return {about, id: about.id, name: about.name};
  }

  const post = (file, drop) => bench.request("api/pictures", {
    method: "POST", body: file,
    headers: {"content-type": "application/octet-stream", "x-name": encodeURIComponent(file.name || "pasted.png"), "x-drop": drop},
  });

  /** Do what needs a picture; a server that began anew is sent the picture again. */
  async function withPicture(picture, work) {
    try {
      return await work(picture.id);
    } catch (error) {
      if (error.code !== "picture") throw error;
      const again = await send(picture.file, picture.drop, picture.beside);
      Object.assign(picture, again);
      showPictures();
      return work(picture.id);
    }
  }

  function showPictures() {
    parts.strip.hidden = pictures.length < 2;
    parts.strip.replaceChildren(...pictures.map((picture) => element("button", {
      type: "button", class: "thumb", "aria-pressed": String(picture === chosen), title: picture.name,
      onclick: () => { chosen = picture; showPictures(); },
    }, element("img", {src: `api/pictures/${picture.id}`, alt: picture.name}))));
    showStage();
    showTurns();
  }

  function showStage() {
    if (!chosen) {
      parts.stage.replaceChildren();
      return;
    }
    const about = chosen.about;
    parts.overlay = element("canvas", {class: "overlay", "aria-hidden": "true"});
    const image = element("img", {class: "shown", src: `api/pictures/${chosen.id}`, alt: `The micrograph ${chosen.name}`, width: about.width, height: about.height});
    const frame = element("div", {class: "frame"}, image, parts.overlay);
    frame.style.width = `min(100%, ${((72 * about.width) / about.height).toFixed(2)}vh)`; // as large as the window allows
    const scale = scaleBar(about);
    if (scale) frame.append(scale);
    const facts = [`${about.width.toLocaleString("en")} × ${about.height.toLocaleString("en")} pixels`, about.format.toUpperCase(),
      `field of view ${about.scale}`, about.frames > 1 ? `the first of ${about.frames} frames` : ""];
    const instrument = Object.entries(about.instrument);
    parts.stage.replaceChildren(element("figure", {},
      frame,
      element("figcaption", {},
        element("b", {}, chosen.name), ` · ${facts.filter(Boolean).join(" · ")} `,
        element("button", {type: "button", class: "remove", onclick: remove}, "Remove"),
        element("p", {class: "note looked", "aria-live": "polite"}),
        instrument.length ? element("details", {}, element("summary", {}, "What the file says of the instrument"),
          element("dl", {class: "instrument"}, instrument.map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]))) : null)));
  }

  /** A bar of a round length, about a fifth of the picture; null where the scale is unknown. */
  function scaleBar(about) {
    if (!about.width_nm) return null;
    const wanted = about.width_nm / 5;
    const power = 10 ** Math.floor(Math.log10(wanted));
    const nanometres = [5, 2, 1].map((digit) => digit * power).find((length) => length <= wanted);
    const text = nanometres >= 1e6 ? `${nanometres / 1e6} mm` : nanometres >= 1e3 ? `${nanometres / 1e3} µm` : `${nanometres} nm`;
    const line = element("i");
    const bar = element("span", {class: "scale-bar", role: "img", "aria-label": `Scale bar: ${text}`}, line, text);
    line.style.width = "100%";
    bar.style.width = `${(100 * nanometres) / about.width_nm}%`;
    return bar;
  }

  async function remove() {
    const gone = chosen;
    pictures.splice(pictures.indexOf(gone), 1);
    for (let place = turns.length - 1; place >= 0; place -= 1) if (turns[place].picture === gone) turns.splice(place, 1);
    chosen = pictures.at(-1) ?? null;
    showPictures();
    try {
      await bench.request(`api/pictures/${gone.id}`, {method: "DELETE"});
    } catch {} // a server that began anew has it no more
  }

  // Questions.

  let stopping = null;

  const groupOf = (question) => limits.groups.find((group) => group.questions.includes(question))?.questions ?? [question];

  function stop() {
    stopping?.abort();
  }

  /** Ask questions about the chosen picture, one after another; null ranks categories alone. */
  async function ask(questions) {
    if (!chosen) return say("Drop a picture first, then ask about it.", true);
    const asked = chosenModels();
    if (!asked.length) return say("There is no model to ask.", true);
    if (questions.some((question) => question !== null && !question.trim())) return say("The question is empty; write one.", true);
    if (questions[0] !== null && !asked.some((model) => model.answers)) return say(`${asked[0].label} answers no questions; rank categories, or choose another model.`, true);
    if (questions[0] === null && !asked.some((model) => model.classifies)) return say(`${asked[0].label} ranks no categories; ask it a question.`, true);
    if (stopping) return say("An answer is on its way; wait for it, or stop it.", true);
    stopping = new AbortController();
    parts.stop.hidden = false;
    say("");
    try {
      for (const question of questions) {
        const turn = {picture: chosen, question, caption: parts.caption.value, replies: asked.filter((model) => question !== null || model.classifies).map((model) => ({
          model, question: model.answers ? question : null, text: "", answer: null, doubts: [], categories: [], size: "", state: "waiting",
        }))};
        turns.unshift(turn);
        showTurns();
        await Promise.all(turn.replies.map((reply) => answer(turn, reply, stopping.signal)));
        if (stopping.signal.aborted) break;
      }
    } finally {
      stopping = null;
      parts.stop.hidden = true;
    }
  }

  async function answer(turn, reply, signal) {
    try {
      await withPicture(turn.picture, async (picture) => {
        const response = await bench.request("api/ask", {method: "POST", signal, headers: {"content-type": "application/json"},
          body: JSON.stringify({picture, model: reply.model.key, question: reply.question, category: turn.caption || null})});
        for await (const part of linesOf(response.body)) take1(turn, reply, part);
      });
      if (reply.state !== "failed") reply.state = "ready";
    } catch (error) {
      reply.state = "failed";
      reply.error = error.name === "AbortError" ? "stopped" : error.message;
    }
    showReply(turn, reply);
  }

  function take1(turn, reply, part) {
    if (part.type === "words") Object.assign(reply, {text: part.text, state: "answering"});
    if (part.type === "loading") reply.state = "loading";
    if (part.type === "answer") Object.assign(reply, {answer: part.answer, text: part.answer ?? "", size: part.size, doubts: part.doubts, state: "looking"});
    if (part.type === "categories") reply.categories = part.categories;
    if (part.type === "attention") Object.assign(reply, {words: part.words, weights: part.weights, lookless: part.reason});
    if (part.type === "error") Object.assign(reply, {state: "failed", error: part.error});
    showReply(turn, reply);
  }

  async function* linesOf(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const {done, value} = await reader.read();
      const lines = (rest + (value ?? "")).split("\n");
      rest = done ? "" : lines.pop();
      for (const line of lines) if (line.trim()) yield JSON.parse(line);
      if (done) return;
    }
  }

  // Answers.

  function showTurns() {
    const own = turns.filter((turn) => turn.picture === chosen);
    parts.turns.replaceChildren(...own.map((turn) => turn.element ??= turnOf(turn)));
  }

  function turnOf(turn) {
    return element("article", {class: "turn"},
      element("h2", {}, turn.question ?? "Which category?"),
      turn.caption ? element("p", {class: "note"}, `The model was told: ${turn.caption}`) : null,
      element("div", {class: "replies"}, turn.replies.map((reply) => {
        reply.element = element("section", {class: "reply", "aria-label": reply.model.label});
        showReply(turn, reply);
        return reply.element;
      })));
  }

  const states = {waiting: "waiting …", loading: "loading the model …", answering: "", looking: "", ready: "", failed: ""};

  function showReply(turn, reply) {
    if (!reply.element) return;
    const children = [element("h3", {}, reply.model.label, element("span", {class: "by"}, ` ${reply.model.origin.slice(0, 80)}`))];
    if (reply.error) children.push(element("p", {class: "problem", role: "alert"}, reply.error));
    if (states[reply.state]) children.push(element("p", {class: "note"}, states[reply.state]));
    if (reply.question !== turn.question) children.push(element("p", {class: "note"}, "It answers no questions, so it ranks the categories."));
    if (reply.question !== null && reply.text) children.push(reply.weights?.length ? wordsOf(turn, reply) : textOf(reply));
    if (reply.question !== null && reply.answer === "") children.push(element("p", {class: "note"}, "The model answers nothing."));
    if (reply.corrected) children.push(element("p", {class: "corrected"}, element("span", {class: "tag"}, "corrected"), ` ${reply.corrected}`));
    if (reply.size) children.push(element("p", {class: "size"}, `By the picture’s scale that is ${reply.size}.`));
    for (const doubt of reply.doubts) children.push(element("p", {class: "doubt"}, element("span", {"aria-hidden": "true"}, "△ "), doubt));
    if (reply.categories.length) children.push(rankingOf(reply.categories));
    if (reply.lookless) children.push(element("p", {class: "note"}, `Where it looked is not told: ${reply.lookless}.`));
    if (reply.state === "ready" && reply.question !== null) children.push(correcting(turn, reply));
    reply.element.replaceChildren(...children);
  }

  const textOf = (reply) => element("p", {class: `answer${reply.state === "answering" ? " growing" : ""}`}, reply.text);

  /** The answer word by word: the word under the pointer, or that the arrow keys reach, shows where it looked. */
  function wordsOf(turn, reply) {
    const line = element("p", {class: "answer", role: "group", "aria-label": "The answer; the arrow keys go from word to word and show where each looked"});
    let from = 0;
    reply.words.forEach((word, place) => {
      const at = reply.text.indexOf(word, from);
      if (at < 0) return;
      if (at > from) line.append(reply.text.slice(from, at));
      from = at + word.length;
      line.append(element("span", {class: "word", role: "button", tabindex: place ? -1 : 0,
        onmouseenter: (event) => look(turn, reply, place, event.target), onfocus: (event) => look(turn, reply, place, event.target),
        onmouseleave: (event) => unlook(event.target), onblur: (event) => unlook(event.target), onkeydown: step}, word));
    });
    line.append(reply.text.slice(from));
    return line;
  }

  function step(event) {
    const words = [...event.target.parentElement.querySelectorAll(".word")];
    const place = words.indexOf(event.target);
    const to = {ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: words.length - 1}[event.key];
    if (to === undefined || !words[to]) return;
    event.preventDefault();
    for (const word of words) word.tabIndex = -1;
    words[to].tabIndex = 0;
    words[to].focus();
  }

  /** Show where a word looked: colour lies on patches with more than an even share, the more the stronger. */
  function look(turn, reply, place, word) {
    if (turn.picture !== chosen || !parts.overlay) return;
    const weights = reply.weights[place];
    const [rows, columns] = [weights.length, weights[0].length];
    const flat = weights.flat();
    const sum = flat.reduce((total, weight) => total + weight, 0);
    const [even, most] = [sum / flat.length, Math.max(...flat)];
    reply.most ??= Math.max(...reply.weights.flat(2)); // one scale for all words of an answer
    parts.overlay.width = columns;
    parts.overlay.height = rows;
    const context = parts.overlay.getContext("2d");
    context.clearRect(0, 0, columns, rows);
    weights.forEach((row, y) => row.forEach((weight, x) => {
      context.fillStyle = `rgba(255, 140, 0, ${0.75 * Math.sqrt(Math.max(0, weight - even) / (reply.most - even || 1))})`;
      context.fillRect(x, y, 1, 1);
    }));
    parts.overlay.classList.add("visible");
    const looked = parts.stage.querySelector(".looked");
    const strongest = flat.indexOf(most);
    const where = `row ${Math.floor(strongest / columns) + 1}, column ${(strongest % columns) + 1} of ${rows} × ${columns}`;
    looked.textContent = `“${word.textContent}” looked most at ${where}: ${((most * flat.length) / (sum || 1)).toFixed(1)} times an even share.`;
    page.querySelectorAll(".word.now").forEach((other) => other.classList.remove("now"));
    word.classList.add("now");
  }

  function unlook(word) {
    word.classList.remove("now");
    parts.overlay?.classList.remove("visible");
    const looked = parts.stage.querySelector(".looked");
    if (looked) looked.textContent = "";
  }

  function rankingOf(categories) {
    return element("table", {class: "ranking"},
      element("caption", {class: "hidden"}, "Categories by probability"),
      element("tbody", {}, categories.map(({category, probability}) => {
        const bar = element("i");
        bar.style.width = `${100 * probability}%`;
        const breakable = category.split(/(?<=_)/).flatMap((part, place) => (place ? [element("wbr"), part] : [part]));
        return element("tr", {}, element("th", {scope: "row"}, breakable),
          element("td", {class: "share", "aria-hidden": "true"}, bar), element("td", {class: "digits"}, probability.toFixed(3)));
      })));
  }

  // Corrections.

  function correcting(turn, reply) {
    const text = element("textarea", {class: "better", rows: 3, required: true});
    text.value = reply.corrected ?? reply.answer ?? "";
    const names = [...new Set([...(reply.model.categories ?? []), ...(byKey(parts.first.value)?.categories ?? [])])];
    const list = `categories-${turns.length}-${turn.replies.indexOf(reply)}-${Math.random().toString(36).slice(2)}`;
    const category = element("input", {class: "category", list, required: true, autocomplete: "off", spellcheck: false});
    category.value = turn.picture.category ?? turn.caption;
    const problem = element("p", {class: "problem", role: "alert"});
    return element("details", {class: "correct"}, element("summary", {}, reply.corrected ? "Correct it again" : "Correct or confirm"),
      element("form", {onsubmit: async (event) => {
        event.preventDefault();
        problem.textContent = "";
        try {
          await keep(turn, reply, text.value, category.value);
        } catch (error) {
          problem.textContent = error.message;
        }
      }},
      field("The right answer", text),
      field("Category of the picture (a folder of the corrections)", category),
      element("datalist", {id: list}, names.map((name) => element("option", {value: name}))),
      problem,
      element("button", {type: "submit"}, "Keep for training")));
  }

  async function keep(turn, reply, answer, category) {
    kept = await withPicture(turn.picture, async (picture) => (await bench.request("api/corrections", {
      method: "POST", headers: {"content-type": "application/json"},
      body: JSON.stringify({picture, category, model: reply.model.key, question: turn.question, answer}),
    })).json());
    reply.corrected = answer;
    turn.picture.category = category;
    showReply(turn, reply);
    const many = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
    parts.kept.replaceChildren(
      element("p", {}, `Kept in ${kept.folder}: ${many(kept.records, "record")} of ${many(kept.pictures, "picture")}.`,
        kept.lacking ? ` Before a model can be trained on them: ${kept.lacking}.` : " This trains the model on them, from where it stands:"),
      !kept.lacking && kept.command ? element("pre", {class: "command", tabindex: 0, "aria-label": "The command that trains on them"}, kept.command) : "");
  }

  // Saving.

  async function save(form) {
    const own = turns.toReversed().flatMap((turn) => turn.replies.filter((reply) => reply.state === "ready").map((reply) => ({
      picture: turn.picture.id, name: turn.picture.name, model: reply.model.label, origin: reply.model.origin, caption: turn.caption,
      question: reply.question, answer: reply.answer, corrected: reply.corrected ?? null, size: reply.size, doubts: reply.doubts,
      categories: reply.categories,
    })));
    if (!own.length) return say("Nothing was answered yet, so there is nothing to save.", true);
    try {
      const response = await bench.request(`api/transcript/${form}`, {method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify({turns: own})});
      bench.save(`session.${form}`, await response.blob());
      say(`Saved ${own.length} answers.`);
    } catch (error) {
      say(error.message, true);
    }
  }

  bench.section("ask", "Ask", draw);
  bench.sections.at(-1).live = true;
})();
