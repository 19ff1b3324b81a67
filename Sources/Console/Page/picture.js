// The picture of a call that is watched, on one axis of time: the caller with a line where he speaks, what waits
// for the ear, what the bot sends with a tick for each message, and what happened.

const LABELED = { key: (text) => text, mark: (text) => text.split(" ")[0], turn: (text) => text.match(/\d+ ms/)?.[0] ?? "" };

// Draws what lies in the `shown` milliseconds before `end`.
export function drawCall({ pen, width, height, color }, pictures, end, shown) {
  const x = (ms) => width - ((end - ms) / shown) * width;
  const third = height / 3;
  pen.font = "11px system-ui, sans-serif";
  let before = 0;
  let free = 0; // up to here labels are written
  for (const picture of pictures) {
    const at = picture.atMs;
    const span = at - before;
    const [left, wide] = [x(before), Math.max(x(at) - x(before), 1)];
    if (at > end - shown - 1000 && before <= end) {
      const bar = (name, from, top, size, tall) => {
        pen.fillStyle = color(name);
        pen.fillRect(from, top, size, tall);
      };
      // From the next word to a minute: the root shows both.
      const ahead = Math.sqrt(Math.min((picture.queuedMs + picture.leadMs) / 60_000, 1)) * (third - 18);
      bar("--lead", left, 2 * third - 4 - ahead, wide + 0.5, ahead);
      picture.caller.forEach((peak, index) => {
        const size = Math.max(Math.sqrt(peak / 255) * (third / 2 - 8), 0.5);
        bar("--caller", left + (wide * index) / picture.caller.length, third / 2 + 2 - size,
          Math.max(wide / picture.caller.length, 1), 2 * size);
      });
      if (picture.speaks) bar("--caller", left, third - 4, wide + 0.5, 2);
      if (picture.sentMs > 0) {
        const size = (Math.min(picture.sentMs / Math.max(span, 1), 2) / 2) * (third - 14);
        bar("--bot", left, height - 8 - size, wide + 0.5, size);
      }
      for (let chunk = 0; chunk < Math.min(picture.chunks, 10); chunk += 1) {
        bar("--soft", left + (wide * chunk) / Math.min(picture.chunks, 10), height - 6, 1, 5);
      }
      if (picture.holes > 0) bar("--bad", x(at), third, 3, 2 * third);
      for (const event of picture.events) {
        const isWide = event.kind === "bargeIn";
        bar(isWide ? "--clear" : "--soft", x(at), isWide ? 0 : third, isWide ? 2 : 1, isWide ? height : 2 * third);
        const label = LABELED[event.kind]?.(event.text).slice(0, 12);
        if (label && x(at) + 3 >= free) {
          pen.fillText(label, x(at) + 3, third + 9);
          free = x(at) + 6 + pen.measureText(label).width;
        }
      }
    }
    before = at;
  }
  pen.fillStyle = color("--soft");
  for (let ms = Math.ceil((end - shown) / 5000) * 5000; ms <= Math.min(end, before); ms += 5000) {
    if (ms >= 0) pen.fillText(`${ms / 1000} s`, x(ms) + 2, 11);
  }
}
