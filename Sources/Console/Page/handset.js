// The telephone's ear and mouth, in the audio thread: takes the microphone down to the wire's rate in
// pieces of 20 ms, and plays what the caller's ear hears, from a small jitter buffer.
import { Resampler } from "./resampler.js";

class Handset extends AudioWorkletProcessor {
  constructor(options) {
    super();
    this.rate = options.processorOptions.rate;
    this.piece = this.rate / 50;
    this.down = new Resampler(sampleRate, this.rate);
    this.up = new Resampler(this.rate, sampleRate);
    this.said = [];
    this.queue = []; // arrays of samples at the wire's rate
    this.queued = 0;
    this.depth = this.rate * 0.12; // what lies ready before sound begins
    this.isPlaying = false;
    this.ready = []; // samples at the device's rate
    this.played = []; // what was played and not told yet
    this.isMuted = false;
    this.isDone = false;
    this.port.onmessage = ({ data }) => this.hear(data);
  }

  hear(message) {
    if (message.sound) {
      this.queue.push(message.sound);
      this.queued += message.sound.length;
      // More than this comes after a stall, or from a faster clock: the oldest goes.
      while (this.queued > this.rate * 0.5 && this.queue.length > 1) {
        this.queued -= this.queue.shift().length;
      }
    } else if (message.clear) {
      // What was cleared is not heard from here either; silence keeps the buffer's depth.
      for (const piece of this.queue) piece.fill(0);
    } else if ("mute" in message) {
      this.isMuted = message.mute;
    } else if (message.done) {
      this.isDone = true;
    }
  }

  process(inputs, outputs) {
    const voice = inputs[0]?.[0];
    const out = outputs[0][0];
    this.speak(voice, out.length);
    this.listen(out);
    for (let channel = 1; channel < outputs[0].length; channel += 1) outputs[0][channel].set(out);
    return !this.isDone;
  }

  speak(voice, count) {
    const sound = voice && !this.isMuted ? voice : new Float32Array(count);
    for (const sample of this.down.push(sound)) this.said.push(sample);
    while (this.said.length >= this.piece) {
      const piece = this.said.splice(0, this.piece);
      const words = new Int16Array(this.piece);
      let peak = 0;
      piece.forEach((sample, index) => {
        const value = Math.max(-1, Math.min(1, sample));
        peak = Math.max(peak, Math.abs(value));
        words[index] = Math.round(value * 32767);
      });
      this.port.postMessage({ said: words.buffer, peak }, [words.buffer]);
    }
  }

  listen(out) {
    while (this.ready.length < out.length) {
      if (!this.isPlaying) this.isPlaying = this.queued >= this.depth;
      const piece = this.isPlaying ? this.queue.shift() : undefined;
      if (!piece) {
        this.isPlaying = false;
        out.fill(0);
        return;
      }
      this.queued -= piece.length;
      for (const sample of this.up.push(piece)) this.ready.push(sample);
      this.tell(piece);
    }
    out.set(this.ready.splice(0, out.length));
  }

  tell(piece) {
    let peak = 0;
    for (const sample of piece) peak = Math.max(peak, Math.abs(sample));
    this.port.postMessage({ played: piece.buffer, peak }, [piece.buffer]);
  }
}

registerProcessor("handset", Handset);
