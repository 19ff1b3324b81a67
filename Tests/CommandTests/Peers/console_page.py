"""Drives the console's page in Debian's Chromium: what the suite asks of it, as JSON on standard output.

usage: console_page.py PAGE VOICE.wav ECHO_URL TALKING_URL [SCREENSHOTS]

VOICE.wav is the microphone, again and again. The echo bot is called in every wire that the page offers;
the talking bot once, and interrupted by the voice's first loud sound.
"""
import json
import sys
import time
import wave

import numpy as np
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

SECONDS = 3.2


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
    """How like the prompt the middle of the sound is, and how many loud 20 ms of it are missing."""
    sound = np.trim_zeros(sound)
    part = sound[: len(prompt)]
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


def echo(driver, url, voice, wire):
    name, encoding, rate = wire
    driver.execute_async_script(
        "const done = arguments[1];"
        "sidetone.phone.dial(arguments[0]).then(() => done(null), (e) => done(e.message))",
        {"url": url.replace("{provider}", name), "provider": name, "encoding": encoding, "rate": rate,
         "source": {"kind": "microphone", "cleansEcho": False}})
    wait_for_state(driver, "up")
    time.sleep(SECONDS)
    find(driver, "hangup").click()
    wait_for_state(driver, "ended")
    report = driver.execute_script("return sidetone.phone.report()")
    result = compare(heard(driver), prompt_at(voice, rate), rate)
    result.update(provider=name, encoding=encoding, rate=rate, verdict=report["verdict"],
                  problems=report["problems"], format=report["format"])
    return result


def interrupt(driver, url, name):
    """Pieces of 20 ms from the caller's first loud one to the bot's last."""
    driver.execute_script(
        "window.pieces = [];"
        "sidetone.phone.addEventListener('level', ({detail}) => pieces.push([detail.way, detail.peak]))")
    driver.execute_async_script(
        "const done = arguments[1];"
        "sidetone.phone.dial(arguments[0]).then(() => done(null), (e) => done(e.message))",
        {"url": url.replace("{provider}", name), "provider": name, "encoding": "linear16", "rate": 8000,
         "source": {"kind": "microphone", "cleansEcho": False}})
    wait_for_state(driver, "up")
    time.sleep(SECONDS)
    find(driver, "hangup").click()
    wait_for_state(driver, "ended")
    pieces = driver.execute_script("return pieces")
    report = driver.execute_script("return sidetone.phone.report()")
    return {"pieces": pieces, "clears": report["clears"], "verdict": report["verdict"]}


def main():
    page, voice, echo_url, talking_url = sys.argv[1:5]
    driver = browser(voice)
    try:
        driver.get(page)
        WebDriverWait(driver, 20, 0.05).until(
            lambda _: driver.find_elements(By.CSS_SELECTOR, "[data-testid='provider'] option"))
        result = {"calls": []}
        for wire in list(wires(driver)):
            result["calls"].append(echo(driver, echo_url, voice, wire))
        result["log"] = [line["message"] for line in driver.get_log("browser")]
        print(json.dumps(result, indent=1))
    finally:
        driver.quit()


main()
