// What several parts of the page do with its elements.

export const element = (id) => document.getElementById(id);

// Shows names and values in a list of definitions.
export function showFigures(list, figures) {
  list.replaceChildren(...Object.entries(figures).map(([name, value]) => {
    const pair = document.createElement("div");
    const term = document.createElement("dt");
    const figure = document.createElement("dd");
    term.textContent = name;
    figure.textContent = value;
    pair.append(term, figure);
    return pair;
  }));
}

// Draws a canvas again where its place or the colours change.
export function redraw(canvas, draw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(draw).observe(canvas);
}

// A pen for a canvas that is emptied and as sharp as the screen, whose units are the page's; null where the
// canvas is not shown.
export function penOf(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width) return null;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name);
  return { pen, width, height, color };
}
