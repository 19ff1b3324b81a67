// The telephone: one socket to the console, one call at a time. Scripts drive it as window.sidetone.phone.
import { Sound } from "./sound.js";

export class Phone extends EventTarget {
  #socket = null;
  #sound = null;
  #waiting = null; // of dial() or hangUp(): {resolve, reject}
  #ended = null;
  #report = null;
  #heard = new Float32Array(0);
  state = "idle";
  rate = 8000;
  // The caller's sound where dial() names none.
  source = { kind: "microphone", device: "", cleansEcho: true };

  // The console's first words: platforms, the bot's address. Comes again with every connection.
  async connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/console/phone`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      socket.onmessage = ({ data }) => {
        if (typeof data !== "string") return this.#sound?.play(data);
        const news = JSON.parse(data);
        if (news.news === "hello") resolve(news);
        return this.#take(news);
      };
      socket.onclose = () => {
        reject(new Error("the console cannot be reached"));
        this.#lose();
      };
    });
  }

  // Places a call; resolved when the stream's start has gone out. `source` may name another sound.
  async dial({ url, provider, rate = 8000, encoding, policy, from, to, parameters, source } = {}) {
    if (this.state === "dialling" || this.state === "up") {
      throw new Error("there is a call already: hang up first");
    }
    this.#report = null;
    this.#heard = new Float32Array(0);
    this.rate = rate;
    this.#change("dialling");
    try {
      if (this.#socket?.readyState !== WebSocket.OPEN) await this.connect();
      this.#sound = await Sound.open({
        rate, source: source ?? this.source,
        onSaid: (words) => {
          if (this.state === "up" && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(words);
        },
        onLevel: (way, peak) => this.dispatchEvent(new CustomEvent("level", { detail: { way, peak } })),
      });
      this.#ask({ ask: "dial", url, provider, rate, encoding, policy, from, to, parameters });
      await new Promise((resolve, reject) => { this.#waiting = { resolve, reject }; });
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  // Ends the call; resolved when the judge has spoken.
  async hangUp() {
    if (this.state !== "dialling" && this.state !== "up") return;
    const ended = new Promise((resolve) => { this.#ended = resolve; });
    this.#ask({ ask: "hangUp" });
    await ended;
  }

  press(key) { if (this.state === "up") this.#ask({ ask: "press", key }); }

  // What the network does to messages of the call that is up, both ways: {delayMs, jitterMs, lossPercent}.
  network(trouble) { if (this.state === "up") this.#ask({ ask: "network", ...trouble }); }

  // Nothing arrives for so long, then all at once.
  stall(ms) { if (this.state === "up") this.#ask({ ask: "stall", ms }); }

  // The server's own thread stands still: all of its calls.
  stallHost(ms) { if (this.state === "up") this.#ask({ ask: "stallHost", ms }); }

  mute(isMuted) { this.#sound?.mute(isMuted); }

  // What was played so far, of the last call where there is none: Float32Array at the wire's rate.
  heard() { return this.#sound?.heard() ?? this.#heard; }

  // The judge's report on the call that has ended; null before.
  report() { return this.#report; }

  #ask(words) {
    if (this.#socket?.readyState !== WebSocket.OPEN) throw new Error("the console cannot be reached");
    this.#socket.send(JSON.stringify(words));
  }

  #take(news) {
    switch (news.news) {
      case "state":
        if (news.state === "up") {
          this.#change("up");
          this.#sound?.begin();
          this.#waiting?.resolve();
          this.#waiting = null;
        } else if (news.state === "ended") {
          this.#waiting?.reject(new Error(this.#report?.problems?.[0] ?? "the call did not come up"));
          this.#end();
        }
        break;
      case "cleared": this.#sound?.clear(); break;
      case "report": this.#report = news.report; break;
      case "refused":
        this.#waiting?.reject(new Error(news.why));
        break;
      default: break;
    }
    this.dispatchEvent(new CustomEvent("news", { detail: news }));
  }

  #lose() {
    this.#waiting?.reject(new Error("the console went away"));
    this.#end();
    this.dispatchEvent(new Event("lost"));
  }

  async #end() {
    this.#waiting = null;
    const sound = this.#sound;
    this.#sound = null;
    if (sound) this.#heard = sound.heard();
    if (this.state !== "idle") this.#change("ended");
    this.#ended?.();
    this.#ended = null;
    await sound?.close();
  }

  #change(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
