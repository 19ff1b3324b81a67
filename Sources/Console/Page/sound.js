// The browser's side of sound: a device, a file or a built-in voice into the handset, the handset to the
// loudspeaker.
import { speak } from "./voice.js";

export class Sound {
  // `onSaid` takes each 20 ms of the caller as an ArrayBuffer of 16-bit samples; `onLevel` peaks of both ways.
  static async open({ rate, source, onSaid, onLevel }) {
    const context = new AudioContext({ latencyHint: "interactive" });
    try {
      await context.audioWorklet.addModule("/console/handset.js");
      const sound = new Sound(context, rate, onSaid, onLevel);
      await sound.connect(source);
      // Without a click or a key of the user's a browser lets nothing be heard.
      await Promise.race([context.resume(), new Promise((_, reject) => {
        setTimeout(() => reject(new Error(navigator.userActivation?.hasBeenActive
          ? "the browser finds nothing to play on: has this machine a loudspeaker?"
          : "the browser wants a click on the page first")), 3000);
      })]);
      return sound;
    } catch (error) {
      await context.close();
      throw error;
    }
  }

  constructor(context, rate, onSaid, onLevel) {
    this.context = context;
    this.rate = rate;
    this.pieces = [];
    this.node = new AudioWorkletNode(context, "handset", {
      numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1],
      channelCount: 1, channelCountMode: "explicit", processorOptions: { rate },
    });
    this.node.port.onmessage = ({ data }) => {
      if (data.said) {
        onLevel("said", data.peak);
        onSaid(data.said);
      } else if (data.played) {
        onLevel("heard", data.peak);
        this.pieces.push(new Float32Array(data.played));
      }
    };
    this.node.connect(context.destination);
  }

  async connect({ kind, device, file, cleansEcho }) {
    if (kind === "microphone") {
      if (!navigator.mediaDevices) {
        throw new Error("this browser lends its microphone to pages of https: and of 127.0.0.1 alone");
      }
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: {
          deviceId: device ? { exact: device } : undefined, channelCount: 1,
          echoCancellation: cleansEcho, noiseSuppression: cleansEcho, autoGainControl: cleansEcho,
        },
      });
      this.input = this.context.createMediaStreamSource(this.stream);
    } else {
      const buffer = kind === "file"
        ? await this.context.decodeAudioData(await file.arrayBuffer())
        : speak(this.context);
      this.input = new AudioBufferSourceNode(this.context, { buffer });
    }
    this.input.connect(this.node);
  }

  // A recording begins with the call, a microphone runs already.
  begin() {
    if (this.input instanceof AudioBufferSourceNode) this.input.start();
  }

  play(words) {
    const sound = Float32Array.from(new Int16Array(words), (word) => word / 32768);
    this.node.port.postMessage({ sound }, [sound.buffer]);
  }

  clear() { this.node.port.postMessage({ clear: true }); }

  mute(isMuted) { this.node.port.postMessage({ mute: isMuted }); }

  // All that was played, at the wire's rate.
  heard() {
    const sound = new Float32Array(this.pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of this.pieces) {
      sound.set(piece, at);
      at += piece.length;
    }
    return sound;
  }

  async close() {
    this.node.port.postMessage({ done: true });
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    await this.context.close();
  }
}

// Samples as the bytes of a WAV file of 16 bits.
export function wave(sound, rate) {
  const bytes = new DataView(new ArrayBuffer(44 + 2 * sound.length));
  const text = (at, word) => [...word].forEach((c, i) => bytes.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  bytes.setUint32(4, 36 + 2 * sound.length, true);
  text(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, 2 * rate, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  text(36, "data");
  bytes.setUint32(40, 2 * sound.length, true);
  sound.forEach((sample, index) => {
    const value = Math.max(-1, Math.min(1, sample));
    bytes.setInt16(44 + 2 * index, Math.round(value * 32767), true);
  });
  return new Blob([bytes], { type: "audio/wav" });
}
