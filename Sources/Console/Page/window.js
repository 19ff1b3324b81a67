// The window: the server's calls as rows, and one of them as a picture that moves on.

import { element, penOf, redraw } from "./elements.js";
import { CallPage } from "./record.js";

const SHOWN = 30_000; // milliseconds of the picture
const KEPT = 300_000;

export class CallWindow {
  #socket = null;
  #calls = { live: [], ended: [] };
  #watched = null; // {id, pictures, isOver}
  #isPaused = false;
  #page = new CallPage();

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
      this.#watched = null;
      element("picture").hidden = true;
      this.#showRows();
    });
    redraw(element("picture-canvas"), () => this.#draw());
    setInterval(() => this.#showTimes(), 1000);
    this.#connect();
  }

  #connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(`${scheme}//${location.host}/console/calls`);
    this.#socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    this.#socket.onclose = () => {
      element("calls-note").textContent = "The server went away: trying again.";
      setTimeout(() => this.#connect(), 2000);
    };
  }

  #ask(words) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(words));
  }

  #take(news) {
    if (news.news === "calls") {
      this.#calls = news;
      this.#showRows();
    } else if (news.news === "picture") {
      if (this.#watched?.id !== news.picture.id) return;
      const { pictures } = this.#watched;
      pictures.push(news.picture);
      while (pictures[0].atMs < news.picture.atMs - KEPT) pictures.shift();
      this.#showPicture(news.picture);
    } else if (news.news === "over" && this.#watched?.id === news.id) {
      this.#watched.isOver = true;
      this.#showTitle();
    }
  }

  #showRows() {
    const wanted = element("filter").value.trim().toLowerCase();
    const rows = [...this.#calls.live, ...this.#calls.ended].filter((row) => !wanted
      || [row.platform, row.from, row.to, row.format, this.#verdict(row)].join(" ").toLowerCase().includes(wanted));
    element("calls-note").textContent = rows.length ? ""
      : wanted ? "No call is like that." : "No call yet: dial above, or have a platform call.";
    element("calls").hidden = rows.length === 0;
    element("call-rows").replaceChildren(...rows.map((row) => this.#row(row)));
    this.#showTimes();
  }

  #verdict(row) {
    if (!row.endedAt) return "live";
    return row.shortfalls?.length ? row.shortfalls.join("; ") : "as it should be";
  }

  #row(row) {
    const line = document.createElement("tr");
    line.dataset.testid = "call-row";
    line.dataset.state = row.endedAt ? "ended" : "live";
    line.dataset.open = String(this.#watched?.id === row.id);
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
      button(row.recording ? "Listen" : "Open", () => this.#page.open(row));
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
    this.#watched = { id: row.id, row, pictures: [], isOver: false };
    this.#ask({ ask: "watch", id: row.id });
    element("picture").hidden = false;
    element("picture-events").replaceChildren();
    this.#showTitle();
    this.#showRows();
    this.#draw();
  }

  #showTitle() {
    const { row, isOver } = this.#watched;
    element("picture-title").textContent = `Call ${row.id} on ${row.platform}${isOver ? ", ended" : ""}`;
  }

  #showPicture(picture) {
    const { figures } = picture;
    element("picture-text").replaceChildren(...picture.texts.flatMap(({ text, isHeard }) => {
      const words = document.createElement("span");
      words.className = isHeard ? "was-heard" : "";
      words.textContent = text;
      return [words, " "];
    }));
    element("picture-figures").textContent = `queued ${picture.queuedMs} ms, ahead of the ear ${picture.leadMs} ms, `
      + `heard ${(picture.heardMs / 1000).toFixed(1)} s of this utterance; ${figures.marks} marks, `
      + `${picture.pingMs == null ? "" : `ping ${picture.pingMs} ms, `}`
      + `${this.#watched.speaks === undefined ? "" : `the caller ${this.#watched.speaks ? "speaks" : "is quiet"}, `}`
      + `${figures.clears} clears, ${figures.underruns} underruns, ${figures.interruptions} interruptions`;
    for (const event of picture.events) {
      if (event.kind === "speech") this.#watched.speaks = event.text === "began";
      const line = document.createElement("li");
      line.textContent = `${(picture.atMs / 1000).toFixed(1)} s  ${event.kind}: ${event.text}`;
      element("picture-events").prepend(line);
    }
    while (element("picture-events").children.length > 50) element("picture-events").lastChild.remove();
    if (!this.#isPaused) this.#draw();
  }

  #draw() {
    const drawing = this.#watched && penOf(element("picture-canvas"));
    if (!drawing) return;
    const { pen, width, height, color } = drawing;
    const { pictures } = this.#watched;
    const last = pictures.at(-1)?.atMs ?? 0;
    const first = Math.max(last - KEPT, 0);
    const scrub = this.#isPaused ? element("scrub").value / element("scrub").max : 1;
    const end = Math.max(first + (last - first) * scrub, SHOWN);
    const x = (ms) => width - ((end - ms) / SHOWN) * width;
    const third = height / 3;
    let before = 0;
    for (const picture of pictures) {
      const at = picture.atMs;
      const span = at - before;
      if (at > end - SHOWN - 1000 && before <= end) {
        pen.fillStyle = color("--lead");
        // From the next word to a minute: the root shows both.
        const ahead = Math.sqrt(Math.min((picture.queuedMs + picture.leadMs) / 60_000, 1)) * (third - 8);
        pen.fillRect(x(before), 2 * third - 4 - ahead, Math.max(x(at) - x(before), 1), ahead);
        pen.fillStyle = color("--caller");
        picture.caller.forEach((peak, index) => {
          const size = Math.max(Math.sqrt(peak / 255) * (third / 2 - 4), 0.5);
          const place = x(before + (span * index) / picture.caller.length);
          pen.fillRect(place, third / 2 - size, Math.max((x(at) - x(before)) / picture.caller.length, 1), 2 * size);
        });
        if (picture.sentMs > 0) {
          pen.fillStyle = color("--bot");
          const share = Math.min(picture.sentMs / Math.max(span, 1), 2) / 2;
          const size = share * (third - 8);
          pen.fillRect(x(before), height - 4 - size, Math.max(x(at) - x(before), 1), size);
        }
        for (const event of picture.events) {
          pen.fillStyle = color(event.kind === "bargeIn" ? "--clear" : "--soft");
          const isWide = event.kind === "bargeIn";
          pen.fillRect(x(at), isWide ? 0 : third, isWide ? 2 : 1, isWide ? height : 2 * third);
        }
      }
      before = at;
    }
    pen.fillStyle = color("--soft");
    pen.font = "11px system-ui, sans-serif";
    for (let ms = Math.ceil((end - SHOWN) / 5000) * 5000; ms <= Math.min(end, last); ms += 5000) {
      if (ms >= 0) pen.fillText(`${ms / 1000} s`, x(ms) + 2, 11);
    }
  }
}
