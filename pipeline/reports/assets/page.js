"use strict";
// Texts are only ever read from the page and written with textContent: no markup is made from them.
(() => {
  const data = JSON.parse(document.getElementById("data-p").textContent);
  const labels = data.tasks.flatMap((task) => task.labels);
  const place = new Map(labels.map((label, i) => [label.key, i]));
  const $ = (id) => document.getElementById(id);
  const panels = [...document.querySelectorAll(".panel")];
  const sentences = [...document.querySelectorAll(".s[data-l]")];
  const facts = new Map(sentences.map((li) => {
    const panel = li.closest(".panel").id;
    return [li, { panel, keys: li.dataset.l.split(" "), p: data.p[panel][+li.dataset.i] }];
  }));
  document.documentElement.classList.add("scripted");

  // filters
  const form = $("filters");
  const selects = [...form.querySelectorAll("select[data-task]")];
  function fits(li, wanted, voice, least, onlyOpen) {
    const { keys, p } = facts.get(li);
    if (!wanted.every((key) => keys.includes(key))) return false;
    if (voice && li.dataset.v !== voice) return false;
    if (onlyOpen && !("o" in li.dataset)) return false;
    const asked = wanted.length ? wanted : keys.filter((key) => data.first && key.startsWith(data.first)).slice(0, 1);
    return asked.every((key) => p[place.get(key)] >= least);
  }
  function filter() {
    const wanted = selects.map((select) => select.value).filter(Boolean);
    const least = +$("f-p").value;
    $("f-p-out").textContent = least + "%";
    const isOn = Boolean(wanted.length || least || $("f-voice").value || $("f-open").checked);
    $("panels").classList.toggle("with-furniture", $("f-furniture").checked && !isOn);
    let shown = 0, total = 0;
    for (const li of sentences) {
      li.hidden = !fits(li, wanted, $("f-voice").value, least, $("f-open").checked);
      if ($(facts.get(li).panel).hidden) continue;
      total += 1;
      shown += li.hidden ? 0 : 1;
    }
    $("f-count").textContent = isOn ? `${shown} of ${total} sentences` : `${total} sentences`;
    panels.forEach(rove);
    hint();
    follow();
  }
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());

  // which articles stand side by side
  const left = $("left"), right = $("right"), all = $("all");
  function arrange() {
    if (left) {
      const chosen = [left.value, right.value];
      const first = $(left.value), second = $(right.value);
      for (const panel of panels) panel.hidden = !all.checked && !chosen.includes(panel.id);
      if (all.checked) panels.forEach((panel) => $("panels").append(panel));
      else $("panels").prepend(...new Set([first, second]));
      $("panels").classList.toggle("two", !all.checked && first !== second);
      left.disabled = right.disabled = all.checked;
    }
    filter();
  }
  if (left) {
    const order = [...document.querySelectorAll(".net [data-open]")].map((a) => a.dataset.open).filter((id) => $(id));
    left.value = order[0] || panels[0].id;
    right.value = order.length > 1 ? order[order.length - 1] : panels[1].id;
    for (const control of [left, right, all]) control.addEventListener("change", arrange);
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-open]");
      if (!link || !$(link.dataset.open)) return;
      if ($(link.dataset.open).hidden) left.value = link.dataset.open;
      arrange();
    });
  }

  // one stop of the tab key for each article, arrows between its sentences
  const visible = (panel) => [...panel.querySelectorAll(".s[data-l]:not([hidden])")];
  function rove(panel) {
    const shown = visible(panel);
    const kept = shown.find((li) => li.tabIndex === 0 && li.hasAttribute("tabindex")) || shown[0];
    panel.querySelectorAll(".s[data-l]").forEach((li) => { li.tabIndex = li === kept ? 0 : -1; });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return hint();
    const li = event.target.closest && event.target.closest(".s[data-l]");
    if (!li || event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = visible(li.closest(".panel"));
    const steps = { ArrowDown: shown.indexOf(li) + 1, ArrowUp: shown.indexOf(li) - 1, Home: 0, End: shown.length - 1 };
    const next = shown[steps[event.key]];
    if (!next) return;
    event.preventDefault();
    li.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  // probabilities of the sentence under the pointer or in focus
  const tip = $("tip");
  const make = (name, text, parent) => {
    const made = document.createElement(name);
    made.textContent = text;
    parent.append(made);
    return made;
  };
  function bar(percent, parent) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of [["width", "100%"], ["height", "7"]]) svg.setAttribute(name, value);
    for (const [name, value] of [["width", percent + "%"], ["height", "7"]]) rect.setAttribute(name, value);
    svg.append(rect);
    parent.append(svg);
  }
  const MAX_OTHERS = 4;
  function fill(li) {
    const { keys, p } = facts.get(li);
    tip.textContent = "";
    for (const task of data.tasks) {
      let rows = task.labels.map((label) => ({ ...label, p: p[place.get(label.key)], chosen: keys.includes(label.key) }));
      if (task.kind === "multi") {
        rows.sort((a, b) => b.chosen - a.chosen || b.p - a.p);
        rows = rows.filter((row, i) => row.chosen || i < MAX_OTHERS);
      }
      make("b", task.name, tip);
      for (const row of rows) {
        const line = make("div", "", tip);
        if (row.chosen) line.className = "chosen";
        make("span", (row.chosen ? "✓ " : "") + row.name, line);
        bar(row.p, line);
        make("span", row.p + "%", line);
      }
    }
  }
  let told = null;
  function hint(li) {
    if (told) told.removeAttribute("aria-describedby");
    told = li || null;
    tip.hidden = !li;
    if (!li) return;
    fill(li);
    li.setAttribute("aria-describedby", "tip");
    stand(li);
  }
  function stand(li) {
    const box = li.getBoundingClientRect(), size = tip.getBoundingClientRect();
    const below = box.bottom + 6 + size.height < innerHeight;
    const top = below ? box.bottom + 6 : Math.max(6, box.top - size.height - 6);
    tip.style.top = top + "px";
    tip.style.left = Math.max(6, Math.min(box.right - size.width, innerWidth - size.width - 12)) + "px";
  }
  const sentence = (event) => event.target.closest && event.target.closest(".s[data-l]");
  $("panels").addEventListener("mouseover", (event) => {
    const tag = event.target.closest(".tag[data-t]");
    light(tag);
    const li = sentence(event);
    if (li !== told) hint(li);
  });
  $("panels").addEventListener("mouseleave", () => { hint(); light(); });
  $("panels").addEventListener("focusin", (event) => hint(sentence(event)));
  $("panels").addEventListener("focusout", () => hint());

  // a tag shows the words that it was given for
  function light(tag) {
    document.querySelectorAll(".lit").forEach((words) => words.classList.remove("lit"));
    if (!tag) return;
    tag.closest(".s").querySelectorAll("[data-k]").forEach((words) => {
      words.classList.toggle("lit", words.dataset.k.split(" ").includes(tag.dataset.t));
    });
  }

  // the strip follows the text, and leads into it
  function follow() {
    for (const panel of panels) {
      const here = panel.querySelector(".here");
      if (!here || panel.hidden) continue;
      const rows = [...panel.querySelectorAll(".s[data-l]")];
      const top = panel.querySelector("header").getBoundingClientRect().bottom;
      const seen = rows.map((li, i) => [li.getBoundingClientRect(), i])
        .filter(([box]) => box.height && box.bottom > top && box.top < innerHeight).map(([, i]) => i);
      here.setAttribute("x", seen.length ? seen[0] : 0);
      here.setAttribute("width", seen.length ? seen[seen.length - 1] - seen[0] + 1 : 0);
    }
  }
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; follow(); });
  };
  addEventListener("scroll", () => {
    soon();
    if (told && told === document.activeElement) stand(told); // moving on by keys scrolls too
    else hint();
  }, { passive: true });
  addEventListener("resize", soon);
  document.querySelectorAll(".strip").forEach((strip) => strip.addEventListener("click", (event) => {
    const box = strip.getBoundingClientRect();
    const rows = [...strip.closest(".panel").querySelectorAll(".s[data-l]")];
    const li = rows[Math.min(rows.length - 1, Math.floor((event.clientX - box.left) / box.width * rows.length))];
    if (li && !li.hidden) li.scrollIntoView({ block: "center" });
  }));
  arrange();
})();
