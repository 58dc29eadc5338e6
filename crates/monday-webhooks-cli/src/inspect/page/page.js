"use strict";
(() => {
  // Whatever a delivery holds goes into text nodes only; the page's policy forbids anything else.
  const $ = (id) => document.getElementById(id);
  const make = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined && text !== null) node.textContent = String(text);
    return node;
  };

  const STATES = {
    waiting: ["waiting", "plain"],
    done: ["done", "good"],
    retrying: ["retrying", "odd"],
    dead: ["dead letter", "bad"],
    duplicate: ["duplicate", "plain"],
    refused: ["refused", "bad"],
  };
  const TROUBLE = new Set(["retrying", "dead", "refused"]);
  const KEPT = 1000;

  let about = null;
  let entries = [];
  let chosen = null;
  let shown = null;
  let wanted = 0;
  let source = null;
  let searching = 0;
  let late = null;

  // ---- requests

  class Refused extends Error {}

  async function ask(path, options) {
    const response = await fetch(path, options);
    if (response.status === 401 && path !== "/login") {
      logIn();
      throw new Refused("log in first");
    }
    const text = await response.text();
    let body = null;
    try { body = JSON.parse(text); } catch { body = null; }
    if (!response.ok) throw new Refused((body && body.error) || text || "HTTP " + response.status);
    return body;
  }

  const send = (path, body) => ask(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body || {}),
  });

  let saying = 0;
  function say(text) {
    $("says").textContent = text;
    clearTimeout(saying);
    saying = setTimeout(() => { $("says").textContent = ""; }, 4000);
  }

  const guarded = (act) => (...given) => Promise.resolve(act(...given)).catch((error) => say(error.message));

  // ---- the list

  function visible() {
    const filter = $("filter").value;
    return entries.filter((entry) =>
      filter === "" || entry.kind === filter || (filter === "trouble" && TROUBLE.has(entry.state)));
  }

  function state(entry) {
    const [text, className] = STATES[entry.state] || [entry.state, "plain"];
    return make("span", "state " + className, entry.state === "refused" && entry.status ? entry.status : text);
  }

  // A row stays the same node for as long as it is shown: a click is lost on a node that goes
  // between press and release.
  const rows = new Map();

  function row(entry) {
    let known = rows.get(entry.id);
    if (!known) {
      const item = make("li");
      item.id = "entry-" + entry.id;
      item.setAttribute("role", "option");
      item.addEventListener("click", guarded(() => choose(entry.id, true)));
      known = { item, entry: null };
      rows.set(entry.id, known);
    }
    if (known.entry !== entry) {
      known.entry = entry;
      fill(known.item, entry);
    }
    return known.item;
  }

  function fill(item, entry) {
    const first = make("div", "first");
    const when = make("time", "when", new Date(entry.at).toLocaleTimeString());
    when.dateTime = entry.at;
    first.append(make("span", "name", entry.title), state(entry), when);
    item.replaceChildren(first, make("div", "about", entry.about || entry.reason || ""));
  }

  // Shows these nodes in this order, and moves none that stands where it should.
  function arrange(list, nodes) {
    const wanted = new Set(nodes);
    for (const node of [...list.children]) if (!wanted.has(node)) node.remove();
    let next = list.firstChild;
    for (const node of nodes) {
      if (node === next) next = next.nextSibling;
      else list.insertBefore(node, next);
    }
  }

  let pressed = false;
  function draw() {
    // Rows stand still while one is pressed: it is released where it was pressed.
    if (pressed) return;
    const list = $("list");
    const found = visible();
    arrange(list, found.map(row));
    if (rows.size > 2 * KEPT) {
      const kept = new Set(entries.map((entry) => entry.id));
      for (const id of rows.keys()) if (!kept.has(id)) rows.delete(id);
    }
    $("nothing").hidden = found.length > 0;
    $("nothing").textContent = $("search").value || $("filter").value
      ? "Nothing fits." : "Nothing yet. What arrives shows up here by itself.";
    mark();
  }

  function mark() {
    for (const item of $("list").children) {
      item.setAttribute("aria-selected", String(item.id === "entry-" + chosen));
    }
    if (chosen === null) $("list").removeAttribute("aria-activedescendant");
    else $("list").setAttribute("aria-activedescendant", "entry-" + chosen);
  }

  async function load() {
    const question = ++searching;
    // What changes until the answer is there may not be in it.
    late = [];
    let found = entries;
    try {
      found = await ask("/api/entries?q=" + encodeURIComponent($("search").value));
    } finally {
      if (question === searching) {
        const missed = late;
        late = null;
        entries = found;
        if (!$("search").value) missed.forEach(keep);
        else if (missed.length > 0) loadSoon();
        draw();
      }
    }
  }

  function keep(entry) {
    const index = entries.findIndex((known) => known.id === entry.id);
    if (index >= 0) entries[index] = entry;
    else {
      entries.unshift(entry);
      entries.sort((one, other) => other.id - one.id);
      entries.length = Math.min(entries.length, KEPT);
    }
  }

  let again = 0;
  function loadSoon() {
    // One that is under way isn't put off, or what comes all the while would put it off for ever.
    if (again) return;
    again = setTimeout(guarded(() => { again = 0; return load(); }), 150);
  }

  let drawing = false;
  function drawSoon() {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => { drawing = false; draw(); });
  }

  $("list").addEventListener("pointerdown", () => { pressed = true; });
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, () => {
      if (pressed) {
        pressed = false;
        drawSoon();
      }
    });
  }

  function changed(entry) {
    if (late) late.push(entry);
    else if ($("search").value) loadSoon();
    else {
      keep(entry);
      drawSoon();
    }
    if (entry.id === chosen) guarded(show)(entry.id);
  }

  // ---- one entry

  async function choose(id, read) {
    chosen = id;
    mark();
    const item = $("entry-" + id);
    if (item) item.scrollIntoView({ block: "nearest" });
    if (read) document.body.classList.add("reading");
    await show(id);
  }

  async function show(id) {
    const question = ++wanted;
    const entry = await ask("/api/entries/" + encodeURIComponent(id));
    if (question !== wanted) return;
    shown = entry;
    $("details").hidden = false;
    $("title").textContent = entry.title;
    $("verdict").replaceChildren(...verdict(entry));
    const fields = [["Arrived", entry.at], ...entry.fields];
    $("fields").replaceChildren(...fields.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));
    $("raw").textContent = entry.pretty || entry.body || "No body was kept.";
    $("attempts").replaceChildren(...entry.attempts.map(attempt));
    $("attempts-part").hidden = entry.attempts.length === 0;
    const isDelivery = entry.kind === "delivery" && entry.body !== null;
    $("replay").disabled = !(isDelivery && about && about.replays);
    $("curl").disabled = !isDelivery || !target(entry);
    $("copy").disabled = entry.body === null;
  }

  function verdict(entry) {
    const parts = [state(entry)];
    const add = (className, text) => parts.push(document.createTextNode(" "), make("span", className, text));
    if (entry.verified === true) add("good", "verified: the token is right");
    if (entry.verified === false) add("odd", "unverified: nobody knows who sent it");
    if (entry.status) add("plain", "answered " + entry.status);
    if (entry.reason) add("bad", entry.reason);
    return parts;
  }

  function attempt(one) {
    const item = make("li");
    const good = one.status !== null && one.status >= 200 && one.status < 300;
    const what = one.number === null ? "replay" : "attempt " + one.number;
    item.append(
      make("strong", good ? "good" : "bad", one.status === null ? one.error : one.status),
      document.createTextNode(" " + what + ", " + new Date(one.at).toLocaleTimeString() +
        (one.millis === null ? "" : ", " + one.millis + " ms") + ", to "),
      make("code", "", one.to));
    if (one.answer) item.append(make("pre", "", one.answer));
    return item;
  }

  function move(by) {
    const found = visible();
    if (found.length === 0) return;
    const index = found.findIndex((entry) => entry.id === chosen);
    const next = index < 0 ? 0 : Math.max(0, Math.min(found.length - 1, index + by));
    guarded(choose)(found[next].id, false);
  }

  // Whether the details are those of the row that is chosen: they come a moment later.
  const isShown = () => shown !== null && shown.id === chosen;

  async function replay() {
    if (!isShown() || $("replay").disabled) return;
    await send("/api/entries/" + encodeURIComponent(shown.id) + "/replay");
    say("sent again");
  }

  // ---- copying

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      say("copied");
    } catch {
      // Off loopback, or without leave, a browser gives no clipboard to a page.
      $("by-hand-text").value = text;
      $("by-hand").showModal();
      $("by-hand-text").select();
    }
  }

  const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

  const target = (entry) => entry.target || (about && (about.replays_to || (about.replays ? null : about.url)));

  function curl(entry) {
    const to = target(entry);
    const lines = ["curl -X POST " + quoted(to), "-H 'content-type: application/json'"];
    if (entry.signed) {
      const secret = (about && about.secret_env) || "MONDAY_SIGNING_SECRET";
      lines.push("-H \"authorization: $(monday-webhooks token sign --secret-env " + quoted(secret) +
        " --account " + Number(entry.account || 1) + " --user " + Number(entry.user || 1) +
        " --audience " + quoted(entry.audience || to) + ")\"");
    }
    // In a body, which is JSON, they stand in strings alone, and would steer the terminal it is pasted into.
    const body = entry.body.replace(/[\u007f-\u009f]/g, (odd) => "\\u00" + odd.charCodeAt(0).toString(16));
    lines.push("--data-raw " + quoted(body));
    return lines.join(" \\\n  ");
  }

  // ---- webhooks and dead letters

  const COLUMNS = ["id", "board_id", "event", "config", "url", "created_by"];

  async function webhooks() {
    $("board-form").hidden = !about.by_board;
    const latest = shown && shown.fields.find(([name]) => name === "Board");
    if (about.by_board && !$("board").value && latest) $("board").value = latest[1];
    if (about.by_board && !$("board").value) {
      $("webhooks-says").textContent = "Name a board to see its webhooks.";
      return;
    }
    $("webhooks-says").textContent = "";
    const rows = await ask("/api/webhooks?board=" + encodeURIComponent($("board").value));
    const columns = COLUMNS.filter((name) => rows.some((one) => one[name] !== undefined));
    $("webhooks-head").replaceChildren(...columns.map((name) => make("th", "", name.replace("_", " "))));
    $("webhooks-rows").replaceChildren(...rows.map((one) => {
      const line = make("tr");
      line.append(...columns.map((name) => {
        const value = one[name];
        return make("td", "", value === null || typeof value !== "object" ? value : JSON.stringify(value));
      }));
      return line;
    }));
    if (rows.length === 0) $("webhooks-says").textContent = "There are none.";
  }

  async function dead() {
    const letters = await ask("/api/dead");
    $("dead-says").textContent = letters.length === 0 ? "There are none." : "";
    $("dead-list").replaceChildren(...letters.map((letter) => {
      const item = make("li");
      const button = make("button", "", "Requeue");
      button.type = "button";
      button.addEventListener("click", guarded(async () => {
        await send("/api/dead/" + encodeURIComponent(letter.id) + "/requeue");
        say("it is handed over again");
        await dead();
      }));
      item.append(make("strong", "", letter.title), document.createTextNode(
        " given up " + new Date(letter.died_at).toLocaleString() + " after " + letter.attempts + " attempts: "),
        make("span", "bad", letter.reason), document.createTextNode(" "), button);
      if (letter.body) item.append(make("pre", "", letter.body));
      return item;
    }));
  }

  // ---- views

  const VIEWS = ["deliveries", "webhooks", "dead"];

  function view(name) {
    for (const one of VIEWS) {
      $(one).hidden = one !== name;
      $("tab-" + one).setAttribute("aria-selected", String(one === name));
    }
    if (name === "webhooks") return webhooks();
    if (name === "dead") return dead();
    return undefined;
  }

  function logIn() {
    if (source) source.close();
    if (!$("login").open) $("login").showModal();
  }

  function connect() {
    if (source) source.close();
    source = new EventSource("/api/changes");
    source.onopen = guarded(async () => {
      await greet();
      // What came while nobody listened.
      await load();
      $("live").textContent = "live";
      $("live").className = "on";
    });
    source.onmessage = (event) => changed(JSON.parse(event.data));
    source.addEventListener("reload", guarded(load));
    source.onerror = () => {
      $("live").textContent = "not connected";
      $("live").className = "off";
      if (source.readyState === EventSource.CLOSED) setTimeout(guarded(start), 2000);
    };
  }

  // Another process begins its numbers anew: what was chosen is another entry now.
  async function greet() {
    const before = about && about.process;
    about = await ask("/api/about");
    if (before && before !== about.process) {
      chosen = null;
      shown = null;
      entries = [];
      rows.clear();
      $("details").hidden = true;
      document.body.classList.remove("reading");
      draw();
    }
  }

  async function start() {
    await greet();
    $("command").textContent = about.command;
    $("url").textContent = about.url + (about.replays_to && about.replays_to !== about.url ? " → " + about.replays_to : "");
    document.title = about.command + " – monday-webhooks inspector";
    $("tab-dead").hidden = !about.dead_letters;
    $("replay").title = about.replays ? "r" : "There is nowhere to replay to: start listen with --forward URL";
    connect();
  }

  for (const one of VIEWS) $("tab-" + one).addEventListener("click", guarded(() => view(one)));
  $("search").addEventListener("input", loadSoon);
  $("filter").addEventListener("change", draw);
  $("replay").addEventListener("click", guarded(replay));
  $("copy").addEventListener("click", guarded(() => isShown() && copy(shown.body)));
  $("curl").addEventListener("click", guarded(() => isShown() && copy(curl(shown))));
  $("back").addEventListener("click", () => document.body.classList.remove("reading"));
  $("help-open").addEventListener("click", () => $("help").showModal());
  $("board-form").addEventListener("submit", (event) => { event.preventDefault(); guarded(webhooks)(); });
  $("login").addEventListener("cancel", (event) => event.preventDefault());
  $("login-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send("/login", { token: $("token").value }).then(() => {
      $("token").value = "";
      $("login").close();
      return start();
    }).catch((error) => { $("login-says").textContent = error.message; });
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.matches("input, textarea, select");
    if (event.key === "Escape") {
      document.body.classList.remove("reading");
      $("list").focus();
      return;
    }
    if (typing) return;
    const act = {
      j: () => move(1), ArrowDown: () => move(1),
      k: () => move(-1), ArrowUp: () => move(-1),
      Enter: () => {
        if (chosen === null || event.target.matches("button")) return false;
        document.body.classList.add("reading");
        $("details").focus();
        return true;
      },
      "/": () => { view("deliveries"); $("search").focus(); },
      r: guarded(replay),
      c: () => $("curl").click(),
      y: () => $("copy").click(),
      1: guarded(() => view("deliveries")),
      2: guarded(() => view("webhooks")),
      3: () => about && about.dead_letters && guarded(view)("dead"),
      "?": () => $("help").showModal(),
    }[event.key];
    const scrolls = event.key.startsWith("Arrow") && !event.target.matches("#list, body");
    if (act && !scrolls && act() !== false) event.preventDefault();
  });

  view("deliveries");
  guarded(start)();
})();
