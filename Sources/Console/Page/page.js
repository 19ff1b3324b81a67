// The page: fields and buttons around one telephone.
import { element, showFigures } from "./elements.js";
import { Phone } from "./phone.js";
import { wave } from "./sound.js";
import { Scope } from "./scope.js";
import { CallWindow } from "./window.js";

const phone = new Phone();
window.sidetone = { phone };

const scope = new Scope(element("scope"));
let hello = { providers: [], bot: "" };
let hasOwnAddress = false;
let callWindow = null;
const server = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}`;

function fill(select, values, text = (value) => value) {
  const before = select.value;
  select.replaceChildren(...values.map((value) => new Option(text(value), value)));
  if (values.map(String).includes(before)) select.value = before;
}

function chosenProvider() {
  return hello.providers.find((provider) => provider.name === element("provider").value);
}

function showFormats() {
  const provider = chosenProvider();
  if (!provider) return;
  fill(element("encoding"), provider.encodings, (name) => ({ mulaw: "mu-law" })[name] ?? name);
  showRates();
  if (!hasOwnAddress) element("url").value = hello.bot.replaceAll("{server}", server).replaceAll("{provider}", provider.name);
}

function showRates() {
  const isLinear = element("encoding").value === "linear16";
  fill(element("rate"), (chosenProvider()?.rates ?? []).filter((rate) => isLinear || rate === 8000),
    (rate) => `${rate / 1000} kHz`);
}

function source() {
  const kind = element("source").value;
  const file = element("file").files[0];
  if (kind === "file" && !file) throw new Error("choose a file first");
  return { kind, file, device: element("device").value, cleansEcho: element("echo").checked };
}

function parameters() {
  const pairs = element("parameters").value.split("\n").map((line) => line.trim()).filter(Boolean)
    .map((line) => {
      const at = line.indexOf("=");
      if (at < 1) throw new Error(`'${line}' is no name=value`);
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    });
  return pairs.length ? Object.fromEntries(pairs) : undefined;
}

function explain(error) {
  switch (error.name) {
    case "NotAllowedError": return "The browser does not lend its microphone: allow it in the address bar, or choose another caller.";
    case "NotFoundError": return "There is no microphone here: choose another caller.";
    default: return error.message;
  }
}

function suffer() {
  const number = (id) => Math.max(Number(element(id).value) || 0, 0);
  phone.network({ delayMs: number("delay"), jitterMs: number("jitter"), lossPercent: Math.min(number("loss"), 100) });
}

async function dial() {
  element("trouble").textContent = "";
  try {
    await phone.dial({
      url: element("url").value.trim(), provider: element("provider").value,
      encoding: element("encoding").value, rate: Number(element("rate").value),
      from: element("from").value.trim() || undefined, to: element("to").value.trim() || undefined,
      parameters: parameters(), source: source(),
    });
    suffer();
    showDevices();
  } catch (error) {
    element("trouble").textContent = explain(error);
  }
}

// Their names are told only after the microphone was lent.
async function showDevices() {
  const devices = await navigator.mediaDevices?.enumerateDevices() ?? [];
  const inputs = devices.filter((device) => device.kind === "audioinput" && device.deviceId !== "default");
  const select = element("device");
  const before = select.value;
  select.replaceChildren(new Option("the usual one", ""),
    ...inputs.filter((device) => device.deviceId)
      .map((device, index) => new Option(device.label || `microphone ${index + 1}`, device.deviceId)));
  select.value = before;
}

function showState(state) {
  const isBusy = state === "dialling" || state === "up";
  element("state").value = state;
  element("state").className = `state ${state}`;
  element("dial").disabled = isBusy;
  element("hangup").disabled = !isBusy;
  for (const id of ["mute", "stall", "stall-host"]) element(id).disabled = state !== "up";
  for (const key of element("keypad").children) key.disabled = state !== "up";
  if (state === "dialling") {
    scope.begin();
    element("mute").setAttribute("aria-pressed", "false");
    element("verdict").value = "listening";
    element("verdict").className = "state";
    element("problems").replaceChildren();
    element("figures").replaceChildren();
    element("wav").hidden = true;
    element("json").hidden = true;
  }
  if (state === "ended") {
    scope.end();
    for (const way of ["said", "heard"]) element(way).value = -60;
    element("mute").setAttribute("aria-pressed", "false");
  }
}

function showMeter(meter) {
  const seconds = (ms) => (ms / 1000).toFixed(1);
  element("f-time").textContent = `${seconds(meter.elapsedMs)} s`;
  element("f-lead").textContent = `${Math.round(meter.leadMs)} ms`;
  element("f-messages").textContent = meter.messages;
  element("f-marks").textContent = `${meter.marksEchoed} of ${meter.marks} heard`;
  element("f-clears").textContent = meter.clears;
  element("f-late").textContent = `${Math.round(meter.lateMs)} ms`;
  scope.lead(meter.leadMs);
  showProblems(meter.problems, []);
}

function showProblems(problems, remarks) {
  const item = (text, kind) => {
    const line = document.createElement("li");
    line.className = kind;
    line.textContent = text;
    return line;
  };
  element("problems").replaceChildren(
    ...problems.map((text) => item(text, "problem")), ...remarks.map((text) => item(text, "remark")));
}

function showReport(report) {
  element("verdict").value = report.verdict;
  element("verdict").className = `state ${report.verdict}`;
  element("verdict-hint").hidden = true;
  showProblems(report.problems, report.remarks);
  const ms = (value) => (value === null ? "none" : `${Math.round(value)} ms`);
  const figures = {
    "format": report.format,
    "received": `${report.receivedBytes.toLocaleString("en")} bytes`,
    "first audio": ms(report.firstAudioMs),
    "heard": `${(report.heardMs / 1000).toFixed(1)} s`,
    "gaps": report.gaps.length,
    "longest lead": ms(report.maxLeadMs),
    "marks echoed": `${report.marksEchoed} of ${report.marks}`,
    "clears": report.clears,
    "illegal chunks": report.illegalChunks,
    "closed": `${report.closeCode ?? "-"} by ${report.closedBy ?? "nobody"}`,
  };
  showFigures(element("figures"), figures);
  offer(element("json"), new Blob([JSON.stringify(report, null, 2)], { type: "application/json" }));
  offer(element("wav"), wave(phone.heard(), phone.rate));
}

function offer(link, blob) {
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(blob);
  link.hidden = false;
}

function showLink(text, isLost) {
  element("link").textContent = text;
  element("link").classList.toggle("lost", isLost);
}

for (const key of "123456789*0#") {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = key;
  button.disabled = true;
  button.dataset.testid = `key-${key}`;
  button.addEventListener("click", () => phone.press(key));
  element("keypad").append(button);
}

phone.addEventListener("state", ({ detail }) => showState(detail));
phone.addEventListener("level", ({ detail: { way, peak } }) => {
  if (phone.state !== "up") return;
  element(way).value = peak > 0 ? Math.max(20 * Math.log10(peak), -60) : -60;
  scope.level(way, peak);
});
phone.addEventListener("news", ({ detail: news }) => {
  if (news.news === "meter") showMeter(news.meter);
  if (news.news === "cleared") scope.clear();
  if (news.news === "report") setTimeout(() => showReport(news.report));
});
phone.addEventListener("lost", () => {
  showLink("the console went away: trying again", true);
  setTimeout(connect, 2000);
});

element("dialler").addEventListener("submit", (event) => {
  event.preventDefault();
  dial();
});
element("hangup").addEventListener("click", () => phone.hangUp());
element("mute").addEventListener("click", () => {
  const isMuted = element("mute").getAttribute("aria-pressed") !== "true";
  element("mute").setAttribute("aria-pressed", String(isMuted));
  phone.mute(isMuted);
});
for (const id of ["delay", "jitter", "loss"]) element(id).addEventListener("change", suffer);
element("stall").addEventListener("click", () => phone.stall(1000));
element("stall-host").addEventListener("click", () => phone.stallHost(300));
element("provider").addEventListener("change", showFormats);
element("encoding").addEventListener("change", showRates);
element("url").addEventListener("input", () => { hasOwnAddress = element("url").value.trim() !== ""; });
element("source").addEventListener("change", () => {
  const kind = element("source").value;
  element("device-field").hidden = kind !== "microphone";
  element("file-field").hidden = kind !== "file";
});
// Keys of the keyboard are keys of the telephone, outside of fields.
document.addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
  if (ctrlKey || metaKey || altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
  if (/^[0-9*#]$/.test(key)) phone.press(key);
});

async function connect() {
  try {
    hello = await phone.connect();
    fill(element("provider"), hello.providers.map((provider) => provider.name));
    showFormats();
    element("stall-host").hidden = !hello.stallsHost;
    if (hello.hasWindow) callWindow ??= new CallWindow();
    showLink("ready", false);
  } catch { /* told by "lost" */ }
}

connect();
showDevices();
