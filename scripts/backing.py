"""Redis, PostgreSQL and lines that can be cut, for scripts that make a fleet on one machine."""
import asyncio
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time

from live import free_port


def wait_for(condition, seconds, what):
    """Asks until `condition` gives something true; how long that took."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if condition():
            return time.monotonic() - began
        time.sleep(0.05)
    raise SystemExit(f"{what}: not within {seconds} s")


class Redis:
    """A server that keeps nothing; `hosts` are addresses beside the loopback."""

    def __init__(self, hosts=()):
        self.port, self.hosts = free_port(), list(hosts)
        self.start()

    def start(self):
        words = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1"] + self.hosts
        words += ["--protected-mode", "no", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        wait_for(self.answers, 20, "redis-server")

    def answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")

    def commands(self):
        """How many it has carried out."""
        with socket.create_connection(("127.0.0.1", self.port), 5) as line:
            line.sendall(b"INFO stats\r\n")
            text = line.recv(65_536).decode()
        return int(text.split("total_commands_processed:")[1].split()[0])

    def kill(self):
        self.process.kill()
        self.process.wait()


class Postgres:
    """A cluster of its own in a folder, reached by a socket in it, and at `hosts`."""

    def __init__(self, folder, hosts=()):
        self.port, self.hosts = free_port(), list(hosts)
        versions = pathlib.Path("/usr/lib/postgresql")
        self.programs = max(versions.iterdir(), key=lambda path: int(path.name)) / "bin"
        self.folder = pathlib.Path(folder) / "postgres"
        self.folder.mkdir()
        if os.getuid() == 0:
            pathlib.Path(folder).chmod(0o755)
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "-D", self.folder / "data", "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8")
        with (self.folder / "data/pg_hba.conf").open("a") as rules:
            rules.writelines(f"host all all {host}/16 trust\n" for host in self.hosts)
        self.address = f"postgres:///postgres?host={self.folder}&port={self.port}&user=postgres"
        self.start()

    def run(self, program, *words):
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        whole = user + [str(self.programs / program)] + [str(word) for word in words]
        subprocess.run(whole, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def start(self):
        options = f"-k {self.folder} -p {self.port} -c listen_addresses={','.join(self.hosts)} -c fsync=off -c logging_collector=off"
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", options, "start")

    def stop(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")

    def ask(self, statement):
        words = ["psql", "-h", str(self.folder), "-p", str(self.port), "-U", "postgres", "-Atc", statement, "postgres"]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


class Lines:
    """TCP lines from ports of their own to others, on a thread: each can be cut, and leads to the first of its
    ends (a port of this machine, or an address and a port) that takes a connection, so that several ends are a balancer."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.cuts = set()
        self.open = {}

    def line(self, *ends):
        """A port that leads to one of these; they are taken in turn."""
        return asyncio.run_coroutine_threadsafe(self.listen(list(ends)), self.loop).result(20)

    async def listen(self, ends):
        async def serve(reader, writer):
            await self.carry(port, ends, reader, writer)

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.open[port] = set()
        return port

    async def carry(self, port, ends, reader, writer):
        if port in self.cuts:
            writer.transport.abort()
            return
        ends.append(ends.pop(0))
        for end in list(ends):
            try:
                far_reader, far_writer = await asyncio.open_connection(*(end if isinstance(end, tuple) else ("127.0.0.1", end)))
                break
            except OSError:
                continue
        else:
            writer.transport.abort()
            return
        pair = (writer, far_writer)
        self.open[port].add(pair)
        await asyncio.gather(self.pump(reader, far_writer), self.pump(far_reader, writer), return_exceptions=True)
        self.open[port].discard(pair)

    async def pump(self, reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    def cut(self, port):
        """Breaks the line, and lets none through."""
        def now():
            self.cuts.add(port)
            for pair in self.open[port]:
                for writer in pair:
                    writer.transport.abort()

        self.loop.call_soon_threadsafe(now)

    def mend(self, port):
        self.loop.call_soon_threadsafe(self.cuts.discard, port)
