// The window: the server's calls as rows, and one of them as a picture that moves on.

import { element, penOf, redraw, showFigures } from "./elements.js";
import { Peers } from "./peers.js";
import { drawCall } from "./picture.js";
import { CallPage } from "./record.js";

const SHOWN = 30_000; // milliseconds of the picture
const KEPT = 300_000;
const NAMES = { bargeIn: "barge-in", backlog: "platform" };
const MOST_ROWS = 200; // live ones, and ended ones

export class CallWindow {
  #socket = null;
  #calls = new Map(); // rows by number
  #lines = new Map(); // their lines in the table
  #watched = null; // {id, row, pictures, speaks, shortfalls, isOver}
  #isPaused = false;
  #page = new CallPage();
  #peers = new Peers();

  constructor() {
    element("window").hidden = false;
    element("filter").addEventListener("input", () => this.#showRows());
    element("pause").addEventListener("click", () => {
      this.#isPaused = !this.#isPaused;
      element("pause").setAttribute("aria-pressed", String(this.#isPaused));
      element("scrub").disabled = !this.#isPaused;
      element("scrub").value = element("scrub").max;
      this.#draw();
    });
    element("scrub").addEventListener("input", () => this.#draw());
    element("close-picture").addEventListener("click", () => {
      this.#ask({ ask: "unwatch" });
      this.#close();
    });
    redraw(element("picture-canvas"), () => this.#draw());
    setInterval(() => this.#showTimes(), 1000);
    this.#connect();
  }

  #connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(`${scheme}//${location.host}/console/calls`);
    this.#socket.onopen = () => {
      this.#calls.clear();
      this.#peers.take({ servers: [], rows: [] });
      this.#showRows();
    };
    this.#socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    this.#socket.onclose = () => {
      element("calls-note").textContent = "The server went away: trying again.";
      if (this.#watched) this.#watched.isOver = true;
      this.#showTitle();
      setTimeout(() => this.#connect(), 2000);
    };
  }

  #ask(words) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(words));
  }

  #take(news) {
    if (news.news === "calls") {
      for (const row of news.rows) this.#calls.set(row.id, row);
      const kept = this.#sorted().map(({ id }) => id);
      for (const id of this.#calls.keys()) if (!kept.includes(id)) this.#calls.delete(id);
      for (const { id } of news.rows) this.#lines.delete(id);
      this.#showRows();
    } else if (news.news === "elsewhere") {
      this.#peers.take(news.elsewhere);
      this.#showRows();
    } else if (news.news === "picture") {
      if (this.#watched?.id !== news.picture.id) return;
      const { pictures } = this.#watched;
      this.#note(news.picture);
      pictures.push(news.picture);
      while (pictures[0].atMs < news.picture.atMs - KEPT) pictures.shift();
      this.#showPicture(news.picture);
    } else if (news.news === "over" && this.#watched?.id === news.id) {
      this.#watched.isOver = true;
      this.#showTitle();
    }
  }

  // Live calls, then those that ended, the newest first.
  #sorted() {
    const rows = [...this.#calls.values()];
    return [
      ...rows.filter((row) => !row.endedAt).sort((a, b) => b.id - a.id).slice(0, MOST_ROWS),
      ...rows.filter((row) => row.endedAt).sort((a, b) => b.endedAt - a.endedAt || b.id - a.id).slice(0, MOST_ROWS),
    ];
  }

  #showRows() {
    const wanted = element("filter").value.trim().toLowerCase();
    const rows = this.#sorted().filter((row) => !wanted
      || [row.platform, row.from, row.to, row.format, this.#verdict(row)].join(" ").toLowerCase().includes(wanted));
    const elsewhere = this.#peers.lines(wanted);
    element("calls-note").textContent = rows.length + elsewhere.length ? ""
      : wanted ? "No call is like that." : "No call yet: dial above, or have a platform call.";
    element("calls").hidden = rows.length + elsewhere.length === 0;
    const lines = rows.map((row) => {
      if (!this.#lines.has(row.id)) this.#lines.set(row.id, this.#row(row));
      const line = this.#lines.get(row.id);
      line.dataset.open = String(this.#watched?.id === row.id);
      return line;
    });
    lines.splice(rows.filter((row) => !row.endedAt).length, 0, ...elsewhere);
    this.#lay(lines);
    this.#showTimes();
  }

  // Only lines that are new are moved: a button keeps the keyboard's focus while others come and go.
  #lay(lines) {
    const table = element("call-rows");
    const shown = new Set(lines);
    for (const line of [...table.children]) if (!shown.has(line)) line.remove();
    let next = table.firstChild;
    for (const line of lines) {
      if (line === next) next = next.nextSibling;
      else table.insertBefore(line, next);
    }
    for (const id of this.#lines.keys()) if (!this.#calls.has(id)) this.#lines.delete(id);
  }

  #verdict(row) {
    if (!row.endedAt) return "live";
    return row.shortfalls?.length ? row.shortfalls.join("; ") : "as it should be";
  }

  #row(row) {
    const line = document.createElement("tr");
    line.dataset.testid = "call-row";
    line.dataset.state = row.endedAt ? "ended" : "live";
    const cell = (text, className) => {
      const data = document.createElement("td");
      data.textContent = text;
      if (className) data.className = className;
      line.append(data);
      return data;
    };
    cell(new Date(row.startedAt).toLocaleTimeString());
    const time = cell("", "time");
    time.dataset.from = row.startedAt;
    time.dataset.until = row.endedAt ?? "";
    cell(row.platform);
    cell([row.from, row.to].filter(Boolean).join(" to ") || "-");
    cell(row.format);
    const verdict = cell(this.#verdict(row));
    if (row.figures) {
      const { underruns, interruptions, silenceMs, messagesIn, messagesOut } = row.figures;
      verdict.title = `${messagesIn} messages in, ${messagesOut} out, ${underruns} underruns, `
        + `${silenceMs} ms of silence put in, ${interruptions} interruptions, `
        + `closed with ${row.closeCode ?? "a lost connection"}`;
    }
    const actions = cell("");
    const button = (text, act) => {
      const one = document.createElement("button");
      one.type = "button";
      one.textContent = text;
      one.dataset.testid = `call-${text.toLowerCase().replace(" ", "-")}`;
      one.addEventListener("click", act);
      actions.append(one, " ");
    };
    if (row.endedAt) {
      button(row.recording ? "Listen" : "Open", () => {
        if (this.#watched?.isOver) this.#close();
        this.#page.open(row);
      });
    } else {
      button("Watch", () => this.#watch(row));
      button("Interrupt", () => {
        if (confirm("Cut off what the bot is saying?")) this.#ask({ ask: "interrupt", id: row.id });
      });
      button("Hang up", () => {
        if (confirm("End this call?")) this.#ask({ ask: "hangUp", id: row.id });
      });
    }
    return line;
  }

  #showTimes() {
    for (const cell of document.querySelectorAll("#call-rows .time")) {
      const seconds = Math.max(((Number(cell.dataset.until) || Date.now()) - cell.dataset.from) / 1000, 0);
      const rest = Math.floor(seconds % 60);
      cell.textContent = `${Math.floor(seconds / 60)}:${String(rest).padStart(2, "0")}`;
    }
  }

  #watch(row) {
    this.#watched = { id: row.id, row, pictures: [], shortfalls: [], isOver: false };
    this.#ask({ ask: "watch", id: row.id });
    element("picture").hidden = false;
    element("picture-events").replaceChildren();
    element("picture-text").replaceChildren();
    this.#showTitle();
    this.#showRows();
    this.#draw();
  }

  #close() {
    this.#watched = null;
    element("picture").hidden = true;
    this.#showRows();
  }

  #showTitle() {
    if (!this.#watched) return;
    const { row, isOver } = this.#watched;
    element("picture-title").textContent = `Call ${row.id} on ${row.platform}${isOver ? ", ended" : ""}`;
  }

  // What a picture says beside what was said before: how many messages and holes are new, who speaks.
  #note(picture) {
    const watched = this.#watched;
    const last = watched.pictures.at(-1)?.figures ?? picture.figures;
    picture.chunks = Math.max(picture.figures.messagesOut - last.messagesOut, 0);
    picture.holes = Math.max(picture.figures.underruns - last.underruns, 0);
    for (const event of picture.events) if (event.kind === "speech") watched.speaks = event.text === "began";
    picture.speaks = watched.speaks;
    watched.shortfalls = picture.shortfalls ?? watched.shortfalls;
  }

  #showPicture(picture) {
    const { figures } = picture;
    const { speaks, shortfalls } = this.#watched;
    if (picture.texts) {
      element("picture-text").replaceChildren(...picture.texts.flatMap(({ text, isHeard }) => {
        const words = document.createElement("span");
        words.className = isHeard ? "was-heard" : "";
        words.textContent = text;
        return [words, " "];
      }));
    }
    showFigures(element("picture-figures"), {
      queued: `${picture.queuedMs} ms`, "ahead of the ear": `${picture.leadMs} ms`,
      "heard of this utterance": `${(picture.heardMs / 1000).toFixed(1)} s`,
      ping: picture.pingMs == null ? "-" : `${picture.pingMs} ms`,
      caller: speaks === undefined ? "-" : speaks ? "speaks" : "is quiet",
      marks: figures.marks, clears: figures.clears, underruns: figures.underruns, interruptions: figures.interruptions,
      "service level": shortfalls.length ? shortfalls.join("; ") : "as it should be",
    });
    for (const event of picture.events) {
      const line = document.createElement("li");
      line.textContent = `${(picture.atMs / 1000).toFixed(1)} s  ${NAMES[event.kind] ?? event.kind}: ${event.text}`;
      element("picture-events").prepend(line);
    }
    while (element("picture-events").children.length > 50) element("picture-events").lastChild.remove();
    if (!this.#isPaused) this.#draw();
  }

  #draw() {
    const drawing = this.#watched && penOf(element("picture-canvas"));
    if (!drawing) return;
    const { pictures } = this.#watched;
    const last = pictures.at(-1)?.atMs ?? 0;
    const first = Math.max(last - KEPT, 0);
    const scrub = this.#isPaused ? element("scrub").value / element("scrub").max : 1;
    drawCall(drawing, pictures, Math.max(first + (last - first) * scrub, SHOWN), SHOWN);
  }
}
