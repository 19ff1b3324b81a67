// Changes the rate of a stream by any ratio: a windowed sinc (Kaiser, 80 dB), looked up in a table of
// phases. Runs in the audio thread, on plain arrays, without allocation per sample.

const HALF = 24; // zero crossings of the sinc on each side
const PHASES = 512;
const BETA = 8.0;

function bessel(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 40; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

export class Resampler {
  constructor(from, to) {
    this.step = from / to;
    // Where the rate falls, the filter keeps what the lower one can carry.
    const cut = Math.min(1, to / from) * 0.95;
    this.half = Math.ceil(HALF / cut);
    this.table = [];
    for (let phase = 0; phase <= PHASES; phase += 1) {
      const row = new Float32Array(2 * this.half);
      let sum = 0;
      for (let tap = 0; tap < row.length; tap += 1) {
        const x = tap - this.half + 1 - phase / PHASES;
        const window = x / this.half;
        const sinc = x === 0 ? 1 : Math.sin(Math.PI * cut * x) / (Math.PI * cut * x);
        row[tap] = Math.abs(window) < 1
          ? sinc * bessel(BETA * Math.sqrt(1 - window * window)) / bessel(BETA) : 0;
        sum += row[tap];
      }
      for (let tap = 0; tap < row.length; tap += 1) row[tap] /= sum;
      this.table.push(row);
    }
    this.input = new Float32Array(2 * this.half);
    this.place = this.half; // of the next sample, on the line of `input`
  }

  // Takes samples and gives those that can be computed: an array of numbers, possibly empty.
  push(samples) {
    const joined = new Float32Array(this.input.length + samples.length);
    joined.set(this.input);
    joined.set(samples, this.input.length);
    const output = [];
    let place = this.place;
    while (Math.floor(place) + this.half < joined.length) {
      const whole = Math.floor(place);
      const exact = (place - whole) * PHASES;
      const phase = Math.floor(exact);
      const mix = exact - phase;
      const near = this.table[phase];
      const far = this.table[phase + 1] ?? near;
      let sum = 0;
      for (let tap = 0; tap < near.length; tap += 1) {
        const weight = near[tap] + (far[tap] - near[tap]) * mix;
        sum += weight * joined[whole - this.half + 1 + tap];
      }
      output.push(sum);
      place += this.step;
    }
    const keep = Math.max(Math.min(Math.floor(place) - this.half + 1, joined.length), 0);
    this.input = joined.slice(keep);
    this.place = place - keep;
    return output;
  }
}
