// SPDX-FileCopyrightText: 2026 The Mutual Aid developers
// SPDX-License-Identifier: AGPL-3.0-or-later
//
// Says when a directory is out of date, and searches it. Everything can be read without this.
// Text only ever becomes text here, never markup.
"use strict";

(function () {
  const ends = Number(document.body.dataset.ends);
  if (ends > 0 && Date.now() > ends) {
    document.getElementById("outdated").hidden = false;
  }
  for (const form of document.querySelectorAll("form.search")) {
    form.hidden = false;
  }

  const index = self.directoryIndex;
  const finding = document.getElementById("finding");
  if (!index || !finding) return;

  const AT_ONCE = 30;
  const language = document.documentElement.lang;
  const plural = new Intl.PluralRules(language);
  const query = document.getElementById("q");
  const filters = ["kind", "category", "area"].map((name) => document.getElementById(name));
  const count = document.getElementById("count");
  const results = document.getElementById("results");
  const more = document.getElementById("more");

  // One spelling for what is written in several ways, without accents and vowel points.
  const SPELLED = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i",
    "þ": "th", "ς": "σ", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ـ": "",
  };
  const SPECIAL = new RegExp("[" + Object.keys(SPELLED).join("") + "]", "g");
  function plain(text) {
    return text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/\p{M}+/gu, "")
      .replace(SPECIAL, (letter) => SPELLED[letter])
      .replace(/[^\p{L}\p{N}]+/gu, " ");
  }

  // Scripts without spaces between words: there a word may begin anywhere.
  const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;
  function holds(text, word) {
    const begins = UNSPACED.test(word) ? word : " " + word;
    if (text.includes(begins)) return true;
    return word.length > 3 && word.endsWith("s") && text.includes(begins.slice(0, -1));
  }

  const categories = new Map(Object.entries(index.categories).map(([id, words]) => [id, plain(words)]));
  const products = index.products.map(plain);
  const records = index.rows.map((row) => {
    const [kind, title, text, category, area, who, code, page, things] = row;
    const named = " " + plain(title);
    const all = [named, plain(text), categories.get(category) || "", plain(area), plain(who)];
    for (const thing of things) all.push(products[thing]);
    all.push(plain(code), plain(code.replace(" ", "")));
    return { kind, title, text, category, area, who, code, page, named, all: " " + all.join(" ") };
  });

  const names = {};
  for (const choice of filters) {
    for (const option of choice.options) names[choice.id + " " + option.value] = option.text;
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function isolated(text) {
    const made = element("bdi", "", text);
    made.dir = "auto";
    return made;
  }

  function shortened(text) {
    if (text.length <= 200) return text;
    const cut = text.slice(0, 200);
    return cut.slice(0, cut.includes(" ") ? cut.lastIndexOf(" ") : 200) + "…";
  }

  function card(record) {
    const item = element("li");
    const inside = element("article", "card " + record.kind);
    const pills = element("p", "pills");
    pills.append(element("span", "pill " + record.kind, names["kind " + record.kind]));
    const title = element("h3");
    const link = element("a", "", record.title);
    link.href = record.page;
    link.dir = "auto";
    title.append(link);
    inside.append(pills, title);
    if (record.text) {
      const text = element("p", "text");
      text.append(isolated(shortened(record.text.replace(/\s+/g, " "))));
      inside.append(text);
    }
    const meta = element("p", "meta");
    const facts = [names["category " + record.category], record.area, record.who];
    for (const fact of record.category ? facts : facts.slice(1)) {
      if (!fact) continue;
      if (meta.firstChild) meta.append(" · ");
      meta.append(isolated(fact));
    }
    if (record.code) {
      const code = isolated(record.code);
      code.className = "whole";
      meta.append(" · ", code);
    }
    if (meta.firstChild) inside.append(meta);
    item.append(inside);
    return item;
  }

  let found = [];
  let shown = 0;
  function showMore() {
    const first = shown;
    for (const record of found.slice(shown, shown + AT_ONCE)) results.append(card(record));
    shown = Math.min(found.length, shown + AT_ONCE);
    more.hidden = shown >= found.length;
    return results.children[first];
  }

  function search() {
    const words = plain(query.value).split(" ").filter(Boolean).slice(0, 12);
    const [kind, category, area] = filters.map((choice) => choice.value);
    const wanted = words.length || kind || category || area;
    found = !wanted ? [] : records.filter(
      (record) =>
        (!kind || record.kind === kind) &&
        (!category || record.category === category) &&
        (!area || record.area === area) &&
        words.every((word) => holds(record.all, word))
    );
    // What is named so comes before what only speaks of it; else the order of the pages stays.
    const weight = (record) => words.filter((word) => holds(record.named, word)).length;
    found = found.map((record) => [weight(record), record]).sort((a, b) => b[0] - a[0])
      .map((pair) => pair[1]);
    results.replaceChildren();
    shown = 0;
    showMore();
    finding.hidden = !wanted;
    const forms = finding.dataset;
    const rule = plural.select(found.length);
    const form = forms["found" + rule[0].toUpperCase() + rule.slice(1)] || forms.foundOther;
    const said = found.length ? form.replace("%n", String(found.length)) : forms.nothing;
    count.textContent = wanted ? said : "";
    const asked = new URLSearchParams();
    if (query.value) asked.set("q", query.value);
    for (const choice of filters) if (choice.value) asked.set(choice.id, choice.value);
    const address = asked.toString();
    try {
      history.replaceState(null, "", address ? "?" + address : location.pathname);
    } catch {
      // Some browsers keep pages from a stick from changing their address.
    }
  }

  let waiting = 0;
  query.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 150);
  });
  for (const choice of filters) choice.addEventListener("change", search);
  query.form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    search();
  });
  more.addEventListener("click", () => {
    const next = showMore();
    if (next) next.querySelector("a").focus();
  });

  document.getElementById("without").hidden = true;
  document.getElementById("filters").hidden = false;
  const asked = new URLSearchParams(location.search);
  query.value = asked.get("q") || "";
  for (const choice of filters) {
    const value = asked.get(choice.id) || "";
    if ([...choice.options].some((option) => option.value === value)) choice.value = value;
  }
  search();
  if (!query.value) query.focus();
})();
