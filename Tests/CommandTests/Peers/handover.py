"""Replaces a server while calls keep coming, and tells what callers saw, as JSON.

    handover.py SIDETONE TIMES [OPTION ...]

Starts the server, has connects.py call it all the time, sends SIGUSR2 TIMES times, each to the newest
instance, and stops the last. A socket in the place of a service manager's hears what it is told.
"""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

PEERS = os.path.dirname(os.path.abspath(__file__))


def alive(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def main(program, times, *options):
    folder = tempfile.mkdtemp()
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(os.path.join(folder, "notify"))
    told = []

    def hear():
        while True:
            told.append(manager.recv(4096).decode())

    threading.Thread(target=hear, daemon=True).start()
    log = os.path.join(folder, "log")
    server = subprocess.Popen(
        [program, "serve", "--port", "0", "--max-lateness", "0", "--log-format", "json", *options],
        stdout=subprocess.PIPE, stderr=open(log, "w"), text=True,
        env={**os.environ, "NOTIFY_SOCKET": os.path.join(folder, "notify")})
    line = server.stdout.readline()
    port = re.search(r":(\d+)\s*$", line)[1]
    callers = subprocess.Popen(
        [sys.executable, os.path.join(PEERS, "connects.py"), port], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    processes = [server.pid]
    deadline = time.monotonic() + 100
    try:
        for _ in range(int(times)):
            os.kill(processes[-1], signal.SIGUSR2)
            while time.monotonic() < deadline:
                events = [json.loads(text) for text in open(log)]
                heirs = [e["process"] for e in events if e["message"] == "handed over"]
                if len(heirs) == len(processes):
                    processes.append(heirs[-1])
                    break
                time.sleep(0.05)
            time.sleep(1)
        # The first drains while the last still takes calls.
        while server.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        callers.stdin.write("\n")
        callers.stdin.flush()
        found = json.loads(callers.communicate(timeout=60)[0])
    finally:
        # The others have been handed over and end by themselves.
        if alive(processes[-1]):
            os.kill(processes[-1], signal.SIGTERM)
        while any(alive(p) for p in processes[1:]) and time.monotonic() < deadline:
            time.sleep(0.05)
        left = [p for p in processes if alive(p)]
        for process in left:
            os.kill(process, signal.SIGKILL)
        callers.kill()
    found |= {
        "status": server.poll(), "instances": len(processes), "left": len(left), "told": told,
        "processes": processes,
        "listening": sum(json.loads(text)["message"] == "listening" for text in open(log))}
    print(json.dumps(found))


main(*sys.argv[1:])
