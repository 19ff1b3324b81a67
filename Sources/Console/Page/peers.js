// What the other servers of the service carry: their names, and their calls as lines of the window's table.

import { element } from "./elements.js";

export class Peers {
  #servers = [];
  #rows = []; // {text, line}

  take({ servers, rows }) {
    this.#servers = servers;
    this.#rows = rows.map((row) => ({ text: Object.values(row).join(" ").toLowerCase(), line: this.#line(row) }));
    const words = servers.flatMap(({ name, calls, console: page }) => {
      const text = `${name} carries ${calls}`;
      return [page ? link(page, text) : text, ", "];
    });
    element("servers-note").hidden = servers.length === 0;
    element("servers-note").replaceChildren("Other servers: ", ...words.slice(0, -1));
  }

  // The lines of calls that are like what is wanted, the newest first.
  lines(wanted) {
    return this.#rows.filter(({ text }) => text.includes(wanted)).map(({ line }) => line);
  }

  #line({ server, platform, call, startedAt }) {
    const line = document.createElement("tr");
    line.dataset.testid = "peer-row";
    const words = [new Date(startedAt).toLocaleTimeString(), "", platform, call, "", `live on ${server}`, ""];
    const cells = words.map((text) => {
      const data = document.createElement("td");
      data.textContent = text;
      return data;
    });
    cells[1].className = "time";
    cells[1].dataset.from = startedAt;
    const page = this.#servers.find(({ name }) => name === server)?.console;
    if (page) cells[6].append(link(page, "Its console"));
    line.append(...cells);
    return line;
  }
}

function link(address, text) {
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.target = "_blank";
  anchor.rel = "noopener";
  anchor.textContent = text;
  return anchor;
}
