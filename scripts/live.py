"""What the scripts share that watch a running server: build the command, start it, read its figures.

    import live     the folder of the script itself is on Python's path
"""
import contextlib
import pathlib
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request
import wave

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
# The end of a run that shows nothing: the machine itself stood still for too long.
UNDECIDED = 75


def command():
    """Builds the command, optimised; its path."""
    build = ["swift", "build", "-c", "release", "--product", "sidetone"]
    subprocess.run(build, cwd=ROOT, check=True, stdout=sys.stderr)
    shown = subprocess.run(build + ["--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True)
    return shown.stdout.strip() + "/sidetone"


@contextlib.contextmanager
def serving(words, core=None, **more):
    """Runs a server until the block ends; gives its process and the port of its first line."""
    pinned = ["taskset", "-c", str(core)] if core is not None else []
    server = subprocess.Popen(pinned + words, stdout=subprocess.PIPE, text=True, **more)
    try:
        ready, _, _ = select.select([server.stdout], [], [], 20)
        line = server.stdout.readline() if ready else ""
        found = re.search(r":(\d+)\s*$", line)
        if not found:
            sys.exit(f"{words[0]} does not listen: {line.strip()}")
        yield server, int(found[1])
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def bare_echo(folder):
    """Compiles the C peer; the command needs no C compiler, so only what measures does."""
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "libwebsockets"],
        check=True, capture_output=True, text=True).stdout.split()
    binary = str(pathlib.Path(folder) / "bare-echo")
    source = str(ROOT / "scripts" / "peers" / "bare_echo.c")
    subprocess.run(["cc", "-O2", "-o", binary, source] + flags + ["-lev"], check=True)
    return binary


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def metrics(place):
    """What a server tells Prometheus, at a port of this machine or an address and a port."""
    authority = place if ":" in str(place) else f"127.0.0.1:{place}"
    with urllib.request.urlopen(f"http://{authority}/metrics", timeout=20) as answer:
        return answer.read().decode()


def series(place):
    """The metrics by name, each the sum over its labels."""
    sums = {}
    for name, value in re.findall(r"^([a-z_]+)(?:\{[^}]*\})? ([0-9.e+-]+)$", metrics(place), re.M):
        sums[name] = sums.get(name, 0.0) + float(value)
    return sums


def saw(path, seconds, rate=8_000):
    """Records a slow saw, which no detector takes for silence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        ramp = b"".join(struct.pack("<h", (at * 37) % 16_000 - 8_000) for at in range(rate))
        file.writeframes(ramp * seconds)


def watch():
    """Sleeps 5 ms at a time until its input ends (a signal may be blocked by whoever began all this);
    prints the longest that it slept beyond that, in ms."""
    longest, ended = 0.0, []
    while not ended:
        began = time.monotonic()
        ended, _, _ = select.select([sys.stdin], [], [], 0.005)
        longest = max(longest, time.monotonic() - began - 0.005)
    print(f"{longest * 1_000:.1f}")


@contextlib.contextmanager
def standstill():
    """Watches the machine while the block runs; gives a list that at its end holds how long, in ms, one
    who only sleeps was kept from waking: that much of a delay is nobody's fault."""
    watcher = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    longest = []
    try:
        yield longest
    finally:
        said, _ = watcher.communicate(timeout=20)
        longest.append(float(said or "inf"))


if __name__ == "__main__":
    watch()
