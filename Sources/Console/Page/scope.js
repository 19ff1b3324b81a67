// The last seconds of the line: the caller above, the bot below, and between them how far the bot's audio
// runs ahead of the ear. One column a piece of 20 ms.

import { penOf, redraw } from "./elements.js";

const COLUMNS = 500;
const MOST_LEAD = 2000;

export class Scope {
  #columns = { said: [], heard: [], lead: [], clears: [] };
  #lead = 0;
  #isCleared = false;
  #frame = 0;

  constructor(canvas) {
    this.canvas = canvas;
    redraw(canvas, () => this.draw());
  }

  begin() {
    this.#columns = { said: [], heard: [], lead: [], clears: [] };
    this.#lead = 0;
    const step = () => {
      this.draw();
      this.#frame = requestAnimationFrame(step);
    };
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(step);
  }

  end() {
    cancelAnimationFrame(this.#frame);
    this.draw();
  }

  lead(ms) { this.#lead = ms; }

  clear() { this.#isCleared = true; }

  // The ear's pieces move the picture on; the caller's are laid beside them.
  level(way, peak) {
    const { said, heard, lead, clears } = this.#columns;
    if (way === "said") {
      said.push(peak);
    } else {
      heard.push(peak);
      lead.push(this.#lead);
      clears.push(this.#isCleared);
      this.#isCleared = false;
    }
    for (const column of [said, heard, lead, clears]) {
      if (column.length > COLUMNS) column.splice(0, column.length - COLUMNS);
    }
  }

  draw() {
    const drawing = penOf(this.canvas);
    if (!drawing) return;
    const { pen, width, height, color } = drawing;
    const step = width / COLUMNS;
    const band = 26;
    const half = (height - band) / 2;
    const { said, heard, lead, clears } = this.#columns;
    const bars = (values, center, name) => {
      pen.fillStyle = color(name);
      values.forEach((value, index) => {
        // Speech is quiet beside full scale: the root shows it.
        const size = Math.max(Math.sqrt(Math.min(value, 1)) * (half / 2 - 3), 0.5);
        pen.fillRect(width - (values.length - index) * step, center - size, Math.max(step, 0.8), 2 * size);
      });
    };
    pen.fillStyle = color("--lead");
    lead.forEach((value, index) => {
      const size = Math.min(value / MOST_LEAD, 1) * (band - 4);
      pen.fillRect(width - (lead.length - index) * step, half + band - 2 - size, Math.max(step, 0.8), size);
    });
    bars(said, half / 2, "--caller");
    bars(heard, half + band + half / 2, "--bot");
    pen.fillStyle = color("--clear");
    clears.forEach((isCleared, index) => {
      if (isCleared) pen.fillRect(width - (clears.length - index) * step, half, 2, half + band);
    });
  }
}
