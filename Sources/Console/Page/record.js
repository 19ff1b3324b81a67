// The page of an ended call: what it was like, and its recording as a picture to listen to.

import { element, penOf, redraw, showFigures } from "./elements.js";

// The marks of a WAV file, in seconds, from its chunks `cue ` and `LIST`.
export function cues(buffer) {
  const view = new DataView(buffer);
  const name = (at) => String.fromCharCode(...new Uint8Array(buffer, at, 4));
  const found = new Map();
  if (buffer.byteLength < 44 || name(0) !== "RIFF") return [];
  const rate = view.getUint32(24, true);
  for (let at = 12; at + 8 <= buffer.byteLength;) {
    const size = view.getUint32(at + 4, true);
    const end = Math.min(at + 8 + size, buffer.byteLength);
    if (name(at) === "cue ") {
      for (let point = at + 12; point + 24 <= end; point += 24) {
        found.set(view.getUint32(point, true), { at: view.getUint32(point + 20, true) / rate, label: "" });
      }
    } else if (name(at) === "LIST" && name(at + 8) === "adtl") {
      for (let label = at + 12; label + 12 <= end;) {
        const length = view.getUint32(label + 4, true);
        const cue = found.get(view.getUint32(label + 8, true));
        const text = new Uint8Array(buffer, label + 12, Math.max(Math.min(length - 4, end - label - 12), 0));
        if (cue) cue.label = new TextDecoder().decode(text).replace(/\0.*$/s, "");
        label += 8 + length + (length % 2);
      }
    }
    at += 8 + size + (size % 2);
  }
  return [...found.values()];
}

export class CallPage {
  #row = null;
  #sound = null; // {caller, bot, seconds, cues}: peaks a column
  #address = "";

  constructor() {
    element("page-close").addEventListener("click", () => this.close());
    element("page-canvas").addEventListener("click", (event) => {
      if (!this.#sound) return;
      const share = event.offsetX / element("page-canvas").clientWidth;
      element("page-audio").currentTime = share * this.#sound.seconds;
      element("page-audio").play();
    });
    element("page-audio").addEventListener("timeupdate", () => this.#draw());
    redraw(element("page-canvas"), () => this.#draw());
  }

  async open(row) {
    this.close();
    this.#row = row;
    element("call-page").hidden = false;
    element("page-title").textContent = `Call ${row.id} on ${row.platform}, ended`;
    const verdict = row.shortfalls?.length ? row.shortfalls.join("; ") : "as it should be";
    element("page-verdict").textContent = verdict;
    const close = row.closeCode ?? "a lost connection";
    const { figures } = row;
    const facts = {
      began: new Date(row.startedAt).toLocaleString(), lasted: `${((row.endedAt - row.startedAt) / 1000).toFixed(1)} s`,
      numbers: [row.from, row.to].filter(Boolean).join(" to ") || "-", wire: row.format, close,
      "messages in": figures.messagesIn, "messages out": figures.messagesOut, underruns: figures.underruns,
      "silence put in": `${figures.silenceMs} ms`, interruptions: figures.interruptions, marks: figures.marks,
      clears: figures.clears, "late (99 %)": `${figures.lateMs} ms`,
    };
    showFigures(element("page-figures"), facts);
    this.#explain(row.diagnosis);
    this.#offer("record", row.diagnosis && `call-${row.id}.json`);
    this.#offer("trace", row.trace);
    element("page-note").textContent = "";
    if (!row.recording) {
      element("page-note").textContent = "It was not recorded: sidetone serve --record DIR does that.";
      return;
    }
    element("page-note").textContent = "loading the recording";
    const answer = await fetch(`/console/recording/${row.id}`);
    if (this.#row !== row) return;
    if (!answer.ok) {
      element("page-note").textContent = (await answer.text()).trim();
      return;
    }
    const buffer = await answer.arrayBuffer();
    const type = answer.headers.get("content-type");
    this.#address = URL.createObjectURL(new Blob([buffer], { type }));
    const marks = cues(buffer);
    const context = new OfflineAudioContext(2, 1, 8000);
    const sound = await context.decodeAudioData(buffer);
    if (this.#row !== row) return;
    const peaks = (channel) => {
      const samples = sound.getChannelData(channel);
      const columns = new Float32Array(Math.min(1200, samples.length));
      for (let column = 0; column < columns.length; column++) {
        const end = Math.floor(((column + 1) * samples.length) / columns.length);
        for (let at = Math.floor((column * samples.length) / columns.length); at < end; at++) {
          columns[column] = Math.max(columns[column], Math.abs(samples[at]));
        }
      }
      return columns;
    };
    this.#sound = { caller: peaks(0), bot: peaks(1), seconds: sound.duration, cues: marks };
    element("page-audio").src = this.#address;
    element("page-audio").hidden = false;
    element("page-canvas").hidden = false;
    element("page-legend").hidden = false;
    element("page-wav").hidden = false;
    element("page-wav").href = this.#address;
    element("page-wav").download = row.recording;
    element("page-wav").textContent = row.recording;
    element("page-note").textContent = marks.length
      ? `Click to play from there. Marks: ${marks.slice(0, 20).map(({ at, label }) => `${at.toFixed(1)} s ${label}`).join(", ")}`
      : "Click to play from there.";
    this.#draw();
  }

  close() {
    this.#row = null;
    this.#sound = null;
    element("call-page").hidden = true;
    element("page-audio").pause();
    element("page-audio").removeAttribute("src");
    for (const id of ["audio", "canvas", "legend", "wav", "json", "trace"]) element(`page-${id}`).hidden = true;
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = "";
  }

  // What ended the call, and what to check.
  #explain(diagnosis) {
    const lines = document.createElement("ul");
    for (const check of diagnosis?.checks ?? []) {
      const line = document.createElement("li");
      line.textContent = check;
      lines.append(line);
    }
    const cause = document.createElement("p");
    cause.textContent = diagnosis?.cause ?? "";
    element("page-diagnosis").replaceChildren(...(diagnosis ? [cause] : []), ...(lines.children.length ? [lines] : []));
  }

  // A file of the call's, where there is one.
  #offer(kind, name) {
    const link = element(kind === "record" ? "page-json" : "page-trace");
    link.hidden = !name;
    if (!name) return;
    link.href = `/console/${kind}/${this.#row.id}`;
    link.download = name;
    link.textContent = name;
  }

  #draw() {
    const drawing = this.#sound && penOf(element("page-canvas"));
    if (!drawing) return;
    const { pen, width, height, color } = drawing;
    const { caller, bot, seconds, cues: marks } = this.#sound;
    const half = (height - 16) / 2;
    for (const [peaks, center, name] of [[caller, half / 2, "--caller"], [bot, half * 1.5, "--bot"]]) {
      pen.fillStyle = color(name);
      const step = width / peaks.length;
      peaks.forEach((peak, index) => {
        const size = Math.max(Math.sqrt(Math.min(peak, 1)) * (half / 2 - 3), 0.5);
        pen.fillRect(index * step, center - size, Math.max(step, 0.8), 2 * size);
      });
    }
    for (const { at, label } of marks) {
      pen.fillStyle = color(label === "interrupted" ? "--clear" : "--soft");
      pen.fillRect((at / seconds) * width, label === "interrupted" ? 0 : half, 1, label === "interrupted" ? 2 * half : half);
    }
    pen.fillStyle = color("--soft");
    pen.font = "11px system-ui, sans-serif";
    const step = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600].find((each) => seconds / each <= 10) ?? 1800;
    for (let at = 0; at <= seconds; at += step) pen.fillText(`${at} s`, (at / seconds) * width + 2, height - 3);
    pen.fillStyle = color("--ink");
    pen.fillRect((element("page-audio").currentTime / seconds) * width, 0, 1, height - 14);
  }
}
