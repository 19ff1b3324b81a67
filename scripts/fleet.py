"""A fleet on this machine, for scripts that take it apart: nodes, the load on them, and what was seen.

    import fleet     the folder of the script itself is on Python's path
"""
import contextlib
import json
import os
import pathlib
import subprocess
import time
import urllib.request

import live
from backing import Lines, Postgres, Redis, free_port, wait_for

LEASE = 3
# How late a caller may be before the machine is to blame: what is sent ahead covers less than the rest.
TOLERATED_MS = 50
wrong, undecided = [], []


def check(is_right, words):
    print(f"  {'ok   ' if is_right else 'WRONG'} {words}", flush=True)
    if not is_right:
        wrong.append(words)


def check_gaps(*reports):
    """Nobody heard a gap. What a machine that kept even the callers waiting made of it decides nothing."""
    gaps, late = sum(one["gaps"] for one in reports), max(one["ownLateness"]["maxMs"] for one in reports)
    if gaps and late > TOLERATED_MS:
        undecided.append(f"{gaps} gaps, but the callers themselves were {late:.0f} ms late: the machine has too much to do")
        print(f"  ?     {undecided[-1]}", flush=True)
    else:
        check(gaps == 0, f"{gaps} gaps heard, the callers' own lateness {late:.0f} ms at most")


class Loopback:
    """Where a node is that shares this machine's addresses: its way to Redis alone can be cut."""
    host = listens = "127.0.0.1"
    prefix = []

    def __init__(self, fleet, number):
        self.port = free_port()
        self.line = fleet.lines.line(fleet.redis.port)
        self.redis = f"redis://127.0.0.1:{self.line}"
        self.database = fleet.database.address


class Node:
    def __init__(self, fleet, number):
        self.fleet, self.name, self.place = fleet, f"n{number}", fleet.places(fleet, number)
        self.port = self.place.port
        self.address = f"{self.place.host}:{self.port}"
        self.state = pathlib.Path(fleet.folder) / self.name
        self.state.mkdir()
        self.start()

    def start(self):
        words = self.place.prefix + [
            self.fleet.command, "serve", "--bot", f"play:{self.fleet.sound}", "--host", self.place.listens,
            "--port", str(self.port), "--public-url", f"ws://{self.address}", "--allow-unauthenticated",
            "--node-id", self.name, "--max-calls", str(self.fleet.calls * 3), "--fleet", self.place.redis,
            "--lease", str(LEASE), "--call-log", self.place.database, "--max-lateness", "0", "--drain", "60",
            "--log-format", "text"]
        log = (self.state / "log").open("a")
        environment = os.environ | {"STATE_DIRECTORY": str(self.state)}
        self.process = subprocess.Popen(words, stdout=log, stderr=log, env=environment)
        wait_for(self.is_ready, 30, f"{self.name} does not listen")

    def is_ready(self):
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://{self.address}/readyz", timeout=5).status == 200

    def asked(self, times=1):
        """The nodes' addresses that lookups here are answered with."""
        answers = []
        for _ in range(times):
            with urllib.request.urlopen(f"http://{self.address}/exotel/stream-url", timeout=10) as answer:
                answers.append(json.load(answer)["url"].split("/")[2])
        return answers

    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def series(self, name):
        return live.series(self.address).get(name, 0)


class Fleet:
    """Three nodes, `places` says where; `hosts` are the addresses at which they find Redis and PostgreSQL."""

    def __init__(self, command, folder, calls, places=Loopback, hosts=()):
        self.command, self.folder, self.calls, self.places = command, folder, calls, places
        self.sound = pathlib.Path(folder) / "speech.wav"
        live.saw(self.sound, 300)
        self.lines, self.nodes = Lines(), []
        self.redis, self.database = Redis(hosts), Postgres(folder, hosts)
        try:
            for number in (1, 2, 3):
                self.nodes.append(Node(self, number))
            self.lookup = self.lines.line(*((node.place.host, node.port) for node in self.nodes))
            wait_for(lambda: len(self.listed()) == 3, 20, "three nodes in the registry")
        except BaseException:
            tail(self)
            self.stop()
            raise

    def command_output(self, *words):
        whole = [self.command, "fleet", *words, "--json", "--fleet", f"redis://127.0.0.1:{self.redis.port}"]
        return json.loads(subprocess.run(whole, check=True, capture_output=True, text=True).stdout)

    def listed(self):
        return {node["id"]: node for node in self.command_output("nodes")}

    def load(self, calls, ramp, duration, address=None):
        """Places calls through the dynamic endpoint, or at an address; gives the process and where its figures will be."""
        report = pathlib.Path(self.folder) / f"load-{time.monotonic_ns()}.json"
        words = [
            self.command, "load", "--provider", "exotel", "--bot-speaks", "--calls", str(calls), "--ramp", str(ramp), "--duration", str(duration), "--json", str(report)]
        words += [address] if address else ["--lookup", f"http://127.0.0.1:{self.lookup}/exotel/stream-url"]
        return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), report

    def stop(self):
        for node in self.nodes:
            node.process.kill()
        self.redis.kill()
        self.database.stop()


def figures(load):
    process, report = load
    process.wait(600)
    return json.loads(report.read_text())


def live_calls(fleet):
    return sum(node["liveCalls"] for node in fleet.listed().values())


def tail(fleet):
    """The ends of the nodes' logs, where something was wrong."""
    for node in fleet.nodes:
        print(f"--- {node.name}\n" + "\n".join((node.state / "log").read_text().splitlines()[-15:]))


def verdict(name):
    """Says how it went; the script's exit status."""
    words = [f"{len(wrong)} wrong"] * bool(wrong) + [f"{len(undecided)} undecided"] * bool(undecided)
    print(f"{name}: " + (", ".join(words) or "all as promised"))
    return 1 if wrong else live.UNDECIDED if undecided else 0
