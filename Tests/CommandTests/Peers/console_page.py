"""Drives the console's page in Debian's Chromium: what the suite asks of it, as JSON on standard output.

usage: console_page.py echo PAGE VOICE.wav        calls the page's own echo bot in every wire that it offers
       console_page.py interrupt PAGE VOICE.wav   calls a bot that speaks until it is interrupted
       console_page.py look PAGE VOICE.wav FOLDER takes pictures of the page for the documents

VOICE.wav is the microphone, again and again.
"""
import json
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
    """How like the prompt the newest of the sound is, and how many loud 20 ms of it are missing."""
    # The very last may have been cut by hanging up.
    sound = np.trim_zeros(sound)[: -rate // 10]
    part = sound[-len(prompt):]
    if len(part) < len(prompt):
        return {"correlation": 0.0, "holes": 0, "seconds": len(sound) / rate}
    # The microphone runs in circles, so any moment of it may come first.
    circle = np.fft.irfft(np.fft.rfft(part) * np.conj(np.fft.rfft(prompt)), len(prompt))
    lag = int(np.argmax(circle))
    laid = np.roll(prompt, lag)
    correlation = float(np.dot(part, laid) / (np.linalg.norm(part) * np.linalg.norm(laid)))
    slice_ = rate // 50
    holes = 0
    for at in range(0, len(part) - slice_, slice_):
        loud = np.abs(laid[at:at + slice_]).max() > 1500
        if loud and np.abs(part[at:at + slice_]).max() < 100:
            holes += 1
    return {"correlation": correlation, "holes": holes, "seconds": len(sound) / rate}


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
            if best["correlation"] >= 0.95 and best["holes"] == 0:
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
            "file": find(driver, "page-wav").text, "verdict": find(driver, "page-verdict").text}


def look(driver, folder):
    provider = [o.text for o in Select(find(driver, "provider")).options][0]

    def shoot(name, dark, width, height):
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1.5, "mobile": width < 500})
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        time.sleep(0.6)
        wide = driver.execute_script("return document.documentElement.scrollWidth")
        driver.save_screenshot(f"{folder}/{name}.png")
        return {"name": name, "width": width, "scrollWidth": wide}

    shots = []
    dial(driver, provider)
    driver.execute_script("document.querySelector('[data-testid=call-watch]')?.click()") \
        if WebDriverWait(driver, 20, 0.05).until(lambda _: rows(driver, "live")) else None
    time.sleep(9)
    shots.append(shoot("console-window", True, 1180, 1130))
    shots.append(shoot("console-live", False, 1180, 1130))
    report = hang_up(driver)
    shots.append(shoot("console-light", False, 1180, 760))
    shots.append(shoot("console-dark", True, 1180, 760))
    shots.append(shoot("console-narrow", False, 360, 1500))
    page = listen(driver)
    find(driver, "page-close").click()
    driver.execute_script("document.querySelector('[data-testid=call-listen]').click()")
    time.sleep(1)
    driver.execute_script("document.querySelector('[data-testid=call-page]').scrollIntoView()")
    shots.append(shoot("console-call", False, 1180, 760))
    shots.append(shoot("console-call-dark", True, 1180, 760))
    shots.append(shoot("console-call-narrow", False, 360, 900))
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
        result["log"] = [line["message"] for line in driver.get_log("browser")]
        print(json.dumps(result))
    finally:
        driver.quit()


main()
