// What a page on a server adds: requests with the token of changes, and what the server tells as it happens.
"use strict";

(() => {
  const {element} = bench;
  let token = "";

  bench.headers = () => (token ? {"x-bench-token": token} : {});

  /** A refusal of the server: its sentence, and a code that says what may help. */
  class Refusal extends Error {
    constructor(sentence, code, status) {
      super(sentence);
      this.code = code;
      this.status = status;
    }
  }
  bench.Refusal = Refusal;

  async function renew() {
    const answer = await fetch("api/session", {cache: "no-store"});
    if (!answer.ok) throw await refusal(answer);
    token = (await answer.json()).token;
  }

  async function refusal(answer) {
    const text = await answer.text();
    try {
      const {error, code} = JSON.parse(text);
      return new Refusal(error, code ?? "", answer.status);
    } catch {
      return new Refusal(text.slice(0, 500) || `the server refuses that (${answer.status})`, "", answer.status);
    }
  }

  /** Return the server's answer; throw a Refusal. A token from before the server began anew is replaced once. */
  bench.request = async (path, {method = "GET", headers = {}, body, signal} = {}, tries = 2) => {
    if (method !== "GET" && !token) await renew();
    let answer;
    try {
      answer = await fetch(path, {method, body, signal, headers: {...headers, ...bench.headers()}});
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Refusal("the server does not answer; start `bench view` again, and this page goes on", "away", 0);
    }
    if (answer.ok) return answer;
    const refused = await refusal(answer);
    if (refused.code === "token" && tries > 1) {
      await renew();
      return bench.request(path, {method, headers, body, signal}, tries - 1);
    }
    throw refused;
  };

  const listeners = [];
  /** Call a function with each look at the store: its runs, and the name of its results as they are now. */
  bench.onLook = (listener) => {
    listeners.push(listener);
    if (bench.look) listener(bench.look);
  };

  const away = element("p", {class: "away", role: "status", hidden: true}, "The server is away. This page goes on when it is back.");
  const fresh = element("p", {class: "fresh", role: "status", hidden: true},
    "New results came. ", element("button", {type: "button", onclick: () => showFresh()}, "Show them"));

  async function showFresh() {
    fresh.hidden = true;
    bench.forget();
    await bench.draw();
  }

  /** Whether the page shows results, and nobody is in the middle of something on it. */
  function isIdle() {
    const main = document.getElementById("main");
    return !main.contains(document.activeElement) || document.activeElement === main;
  }

  function listen() {
    const events = new EventSource("api/events");
    events.addEventListener("open", () => { away.hidden = true; });
    events.addEventListener("error", () => { away.hidden = false; });
    events.addEventListener("look", (event) => {
      away.hidden = true;
      const before = bench.look;
      bench.look = JSON.parse(event.data);
      for (const listener of listeners) listener(bench.look);
      if (before && before.results !== bench.look.results) {
        bench.forget();
        if (bench.place().section.live) return;
        if (isIdle()) showFresh();
        else fresh.hidden = false;
      }
    });
  }

  addEventListener("DOMContentLoaded", () => {
    document.getElementById("top").after(away, fresh);
    listen();
  });
})();
