"""Drives the console's page in Debian's Chromium: what the suite asks of it, as JSON on standard output.

usage: console_page.py echo PAGE VOICE.wav        calls the page's own echo bot in every wire that it offers
       console_page.py interrupt PAGE VOICE.wav   calls a bot that speaks until it is interrupted
       console_page.py look PAGE VOICE.wav FOLDER takes the pictures of docs/console.md: scripts/screenshots

VOICE.wav is the microphone, again and again.
"""
import base64
import io
import json
import os
import signal
import sys
import time
import wave

import numpy as np
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

SECONDS = 2.0


def browser(voice):
    options = webdriver.ChromeOptions()
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--mute-audio",
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={voice}",
        "--autoplay-policy=no-user-gesture-required", "--window-size=1180,900",
    ):
        options.add_argument(flag)
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_script_timeout(30)
    driver.set_page_load_timeout(30)
    return driver


def find(driver, name):
    return driver.find_element(By.CSS_SELECTOR, f"[data-testid='{name}']")


def wait_for_state(driver, state):
    WebDriverWait(driver, 20, 0.05).until(
        lambda _: driver.execute_script("return sidetone.phone.state") == state)


def heard(driver):
    words = driver.execute_script(
        "return Array.from(sidetone.phone.heard(), (x) => Math.round(x * 32768))")
    return np.array(words, dtype=float)


def prompt_at(path, rate):
    """The prompt at another rate, by its spectrum: not the page's own resampler."""
    with wave.open(path) as file:
        own = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(float)
    spectrum = np.fft.rfft(samples)
    count = len(samples) * rate // own
    wide = np.zeros(count // 2 + 1, dtype=complex)
    wide[: min(len(spectrum), len(wide))] = spectrum[: len(wide)]
    return np.fft.irfft(wide, count) * rate / own


def compare(sound, prompt, rate):
    """How like the prompt the better half of the sound is, in pieces of 0.4 s, and how many loud 20 ms are
    missing there. A browser on a busy machine drops sound of its own, so each piece has its own place."""
    sound = np.trim_zeros(sound)
    size, slice_ = rate * 2 // 5, rate // 50
    # The microphone runs in circles: a piece may begin before the prompt's end.
    circle = np.concatenate([prompt, prompt[:size]])
    pieces = []
    for at in range(0, len(sound) - size, size // 2):
        part = sound[at:at + size]
        if np.abs(part).max() < 1500:
            continue
        products = np.fft.irfft(
            np.fft.rfft(circle, 2 * len(circle)) * np.conj(np.fft.rfft(part, 2 * len(circle))))
        lag = int(np.argmax(products[:len(prompt)]))
        laid = circle[lag:lag + size]
        norm = np.linalg.norm(part) * np.linalg.norm(laid)
        holes = sum(
            np.abs(laid[i:i + slice_]).max() > 1500 and np.abs(part[i:i + slice_]).max() < 100
            for i in range(0, size - slice_, slice_))
        pieces.append((float(products[lag] / norm) if norm else 0.0, int(holes)))
    better = sorted(pieces, reverse=True)[:(len(pieces) + 1) // 2]
    if len(better) < 2:
        return {"correlation": 0.0, "holes": 0, "seconds": len(sound) / rate}
    return {"correlation": better[-1][0], "holes": sum(holes for _, holes in better),
            "seconds": len(sound) / rate}


def wires(driver):
    """Every platform, encoding and rate that the page offers."""
    for name in [o.text for o in Select(find(driver, "provider")).options]:
        Select(find(driver, "provider")).select_by_visible_text(name)
        for encoding in [o.get_attribute("value") for o in Select(find(driver, "encoding")).options]:
            Select(find(driver, "encoding")).select_by_value(encoding)
            for rate in [o.get_attribute("value") for o in Select(find(driver, "rate")).options]:
                yield name, encoding, int(rate)


def dial(driver, name, encoding="", rate=8000):
    """Dials the address that the page proposes for a platform."""
    Select(find(driver, "provider")).select_by_visible_text(name)
    problem = driver.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "sidetone.phone.dial(arguments[0]).then(() => done(null), (e) => done(e.message))",
        {"url": find(driver, "url").get_property("value"), "provider": name,
         "encoding": encoding or find(driver, "encoding").get_property("value"), "rate": rate,
         "source": {"kind": "microphone", "cleansEcho": False}})
    if problem:
        raise RuntimeError(problem)
    wait_for_state(driver, "up")


def hang_up(driver):
    find(driver, "hangup").click()
    wait_for_state(driver, "ended")
    return driver.execute_script("return sidetone.phone.report()")


def rows(driver, state):
    return driver.find_elements(
        By.CSS_SELECTOR, f"[data-testid='call-row'][data-state='{state}']")


def echo(driver, voice):
    """Each wire's best of up to three calls: a machine that is busy drops sound in the browser itself."""
    calls = []
    placed = 0
    for name, encoding, rate in list(wires(driver)):
        best = None
        for _ in range(3):
            call = echo_once(driver, voice, name, encoding, rate)
            placed += 1
            if best is None or call["correlation"] > best["correlation"]:
                best = call
            if best["correlation"] >= 0.95 and best["holes"] == 0 and not best["problems"]:
                break
        calls.append(best)
    WebDriverWait(driver, 20, 0.05).until(lambda _: len(rows(driver, "ended")) == placed)
    return {"calls": calls, "placed": placed}


def echo_once(driver, voice, name, encoding, rate):
    dial(driver, name, encoding, rate)
    find(driver, "key-5").click()
    time.sleep(SECONDS)
    live = len(rows(driver, "live"))
    report = hang_up(driver)
    call = compare(heard(driver), prompt_at(voice, rate), rate)
    call.update(provider=name, encoding=encoding, rate=rate, verdict=report["verdict"],
                problems=report["problems"], format=report["format"], live=live)
    return call


def interrupt(driver):
    """The quickest of up to four calls: on a busy machine the browser's own threads wait."""
    driver.execute_script(
        "sidetone.phone.addEventListener('level', ({detail}) => pieces.push([detail.way, detail.peak]))")
    best = None
    for _ in range(4):
        seen = interrupt_once(driver)
        if best is None or seen["silentMs"] < best["silentMs"]:
            best = seen
        if best["silentMs"] <= 300:
            break
    best["narrow"] = narrow(driver)
    return best


def interrupt_once(driver):
    """The levels of both ways, a number for 20 ms each, in the order in which the page had them."""
    driver.execute_script("window.pieces = []")
    # Not the first platform, whose messages hold 100 ms.
    dial(driver, [o.text for o in Select(find(driver, "provider")).options][1])
    WebDriverWait(driver, 20, 0.05).until(
        lambda _: driver.execute_script("return pieces.filter(([w, p]) => w === 'said' && p > 0.1).length > 40"))
    time.sleep(SECONDS)
    report = hang_up(driver)
    pieces = driver.execute_script("return pieces")
    # The caller is silent first; the bot's last loud piece before its pause ends the barge-in.
    spoke = next(i for i, (way, peak) in enumerate(pieces) if way == "said" and peak > 0.1)
    after = [(at, peak) for at, (way, peak) in enumerate(pieces) if at >= spoke and way == "heard"]
    quiet = next((i for i in range(len(after))
                  if max(peak for _, peak in after[i:i + 10]) < 0.01), len(after))
    # How much the caller said meanwhile. The browser's capture and its playing stop for a moment each by
    # themselves where the machine is busy: then only the other one tells how long it took.
    end = after[quiet][0] if quiet < len(after) else len(pieces)
    said = sum(way == "said" for way, _ in pieces[spoke:end])
    before = max([peak for way, peak in pieces[:spoke] if way == "heard"], default=0)
    return {"silentMs": 20 * min(quiet, said), "saidMs": 20 * said, "heardMs": 20 * quiet, "spokeBefore": before > 0.05, "clears": report["clears"],
            "verdict": report["verdict"], "problems": report["problems"], "page": listen(driver),
            "lasted": report["durationMs"] / 1000}


def listen(driver):
    """The page of the call that ended last, with its recording."""
    wait = WebDriverWait(driver, 20, 0.05)
    wait.until(lambda _: driver.find_elements(By.CSS_SELECTOR, "[data-testid='call-listen']"))
    driver.execute_script("document.querySelector('[data-testid=call-listen]').click()")
    wait.until(lambda _: driver.execute_script(
        "return document.querySelector('[data-testid=page-audio]').duration > 0"))
    canvas = find(driver, "page-canvas")
    canvas.click()
    wait.until(lambda _: driver.execute_script(
        "return document.querySelector('[data-testid=page-audio]').currentTime > 0"))
    # How many of the picture's points are of the two voices' colours.
    drawn = driver.execute_script("""
        const canvas = document.querySelector('[data-testid=page-canvas]');
        const points = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const half = points.length / 2;
        let caller = 0, bot = 0;
        for (let at = 3; at < points.length; at += 4) if (points[at] > 0) at < half ? caller++ : bot++;
        return [caller, bot];""")
    return {"seconds": driver.execute_script(
                "return document.querySelector('[data-testid=page-audio]').duration"),
            "note": find(driver, "page-note").text, "caller": drawn[0], "bot": drawn[1],
            "file": find(driver, "page-wav").text, "verdict": find(driver, "page-verdict").text,
            "diagnosis": find(driver, "page-diagnosis").text, "record": driver.execute_async_script(
                "const done = arguments[0]; fetch(document.querySelector('[data-testid=page-json]').href)"
                ".then((answer) => answer.json()).then((record) => done(record.cause), () => done(''))")}


def narrow(driver):
    """How wide the page is on a screen of 360 pixels: with all of the phone open, with a call that is watched,
    with the page of one that has ended."""
    driver.execute_script("for (const each of document.querySelectorAll('details')) each.open = true")
    dial(driver, [o.text for o in Select(find(driver, "provider")).options][0])
    WebDriverWait(driver, 20, 0.05).until(lambda _: rows(driver, "live"))
    find(driver, "call-watch").click()
    WebDriverWait(driver, 20, 0.05).until(lambda _: "service level" in find(driver, "picture-figures").text)
    watched = dress(driver, 360)
    hang_up(driver)
    find(driver, "close-picture").click()
    closed = dress(driver, 360)
    listen(driver)
    return {"phone": closed, "window": watched, "call page": dress(driver, 360)}


def dress(driver, width, dark=False):
    """A screen of that width, in light or dark; how wide the page is in it."""
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1.5, "mobile": width < 500})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    # Two frames later everything lies where it stays.
    driver.execute_async_script(
        "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))")
    return driver.execute_script("return document.documentElement.scrollWidth")


def look(driver, folder):
    """Pictures of the phone, the window and the page of a call, in light, in dark and narrow."""
    from PIL import Image

    def shoot(name, selector):
        for kind, width, dark in (("light", 1180, False), ("dark", 1180, True), ("narrow", 360, False)):
            wide = dress(driver, width, dark)
            time.sleep(0.3)
            clip = driver.execute_script(
                "const {x, y, width, height} = document.querySelector(arguments[0]).getBoundingClientRect();"
                "const edge = Math.min(8, x + scrollX);"
                "return {x: x + scrollX - edge, y: y + scrollY - edge, width: width + 2 * edge,"
                " height: height + 2 * edge, scale: 1}", selector)
            picture = driver.execute_cdp_cmd(
                "Page.captureScreenshot", {"format": "png", "clip": clip, "captureBeyondViewport": True})
            path = f"{folder}/{name}-{kind}.png"
            with Image.open(io.BytesIO(base64.b64decode(picture["data"]))) as image:
                colors = image.convert("RGB").quantize(128, Image.Quantize.MAXCOVERAGE, kmeans=4, dither=Image.Dither.NONE)
                colors.save(path, optimize=True)
            shots.append({"name": name, "kind": kind, "width": width, "scrollWidth": wide,
                          "bytes": os.path.getsize(path)})

    shots = []
    dial(driver, [o.text for o in Select(find(driver, "provider")).options][0])
    WebDriverWait(driver, 20, 0.05).until(lambda _: rows(driver, "live"))
    find(driver, "call-watch").click()
    time.sleep(9)
    find(driver, "key-5").click()
    time.sleep(2)
    shoot("window", "#window")
    report = hang_up(driver)
    driver.execute_script("document.querySelector('#picture').hidden = true")
    shoot("phone", "body")
    page = listen(driver)
    shoot("call", "[data-testid='call-page']")
    return {"shots": shots, "verdict": report["verdict"], "page": page}


def main():
    task, page, voice = sys.argv[1:4]
    # Ends by itself, and the browser with it, before whoever waits for it gives up.
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("the page took too long"))
    signal.alarm(150)
    driver = browser(voice)
    try:
        driver.get(page)
        WebDriverWait(driver, 20, 0.05).until(
            lambda _: driver.find_elements(By.CSS_SELECTOR, "[data-testid='provider'] option"))
        if task == "echo":
            result = echo(driver, voice)
        elif task == "interrupt":
            result = interrupt(driver)
        else:
            result = look(driver, sys.argv[4])
        # The browser's advice to who reads a picture back, which is this script.
        result["log"] = [
            line["message"] for line in driver.get_log("browser") if "getImageData" not in line["message"]]
        print(json.dumps(result))
    finally:
        driver.quit()


main()
