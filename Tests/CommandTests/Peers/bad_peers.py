"""Peers that a server on the internet meets, over plain sockets.

usage: bad_peers.py HOST PORT SCENARIO SECONDS; prints one line when it is done.
"""

import base64
import json
import os
import resource
import signal
import socket
import struct
import sys
import time


def connect(host, port):
    return socket.create_connection((host, port), timeout=20)


def upgrade(host, port, receive_buffer=None):
    s = socket.socket()
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.settimeout(20)
    s.connect((host, port))
    key = base64.b64encode(os.urandom(16)).decode()
    s.sendall((
        "GET /exotel HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
    head = b""
    while b"\r\n\r\n" not in head:
        piece = s.recv(4096)
        if not piece:
            raise SystemExit(f"refused: {head!r}")
        head += piece
    if b" 101 " not in head:
        raise SystemExit(f"refused: {head!r}")
    return s


def frame(payload, opcode=1):
    size = len(payload)
    head = bytes([0x80 | opcode])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 65536:
        head += bytes([0x80 | 126]) + struct.pack(">H", size)
    else:
        head += bytes([0x80 | 127]) + struct.pack(">Q", size)
    return head + b"\0\0\0\0" + payload


def start():
    return frame(json.dumps({
        "event": "start", "stream_sid": "S",
        "start": {
            "stream_sid": "S", "call_sid": os.urandom(8).hex(), "account_sid": "A", "from": "1",
            "to": "2", "media_format": {"encoding": "base64", "sample_rate": "8000"}}}).encode())


def media(number, size=3200):
    payload = base64.b64encode(os.urandom(size)).decode()
    return frame(json.dumps({
        "event": "media", "stream_sid": "S",
        "media": {"chunk": str(number), "timestamp": str(number * 200), "payload": payload}}).encode())


def byte_a_second(host, port, seconds):
    """Speaks ten times faster than anybody can, and reads a byte a second."""
    s = upgrade(host, port, receive_buffer=4096)
    s.sendall(start())
    s.settimeout(0.05)
    end = time.monotonic() + seconds
    number, read = 0, 0
    while time.monotonic() < end:
        number += 1
        try:
            s.sendall(media(number))
        except (BlockingIOError, socket.timeout):
            pass
        except OSError:
            break
        if time.monotonic() > end - seconds + read + 1:
            read += 1
            try:
                s.recv(1)
            except OSError:
                break
        time.sleep(0.02)


def half_open(host, port, seconds):
    """Fifty calls that begin and then neither read nor write nor close."""
    sockets = [upgrade(host, port) for _ in range(50)]
    for s in sockets:
        s.sendall(start())
    time.sleep(seconds)
    for s in sockets:
        # A reset, as from a machine that has forgotten the connection.
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()


def megabytes(host, port, seconds):
    """Frames of a mebibyte, nonsense and media, as fast as they are taken."""
    end = time.monotonic() + seconds
    nonsense = frame(b"x" * (1 << 20))
    large = media(1, 3 << 18)
    while time.monotonic() < end:
        s = upgrade(host, port)
        try:
            s.sendall(start())
            for _ in range(5):
                s.sendall(large)
                s.sendall(nonsense)
        except OSError:
            pass
        s.close()


def connects(host, port, seconds):
    """Ten thousand connections that never say a word, or as many as the system lets a process have."""
    wanted, hard = 10_000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # Both sides have as many, and the server a few for itself.
    count = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard - 200)
    # A burst beyond the listening socket's queue would wait for the second try of TCP, a second later.
    sockets, end = [], time.monotonic() + 60
    while len(sockets) < count and time.monotonic() < end:
        sockets.append(connect(host, port))
    if len(sockets) < count:
        raise SystemExit(f"only {len(sockets)} of {count} connections came up in a minute")
    if count < wanted:
        print(f"LIMIT: {count} of {wanted} connections, the hard limit of descriptors is {hard}", file=sys.stderr)
    time.sleep(seconds)
    for s in sockets:
        s.close()


def slow_headers(host, port, seconds):
    """Two hundred requests, a byte every tenth of a second."""
    sockets = [connect(host, port) for _ in range(200)]
    text = b"GET /exotel HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"x" * 10_000
    end = time.monotonic() + seconds
    sent = 0
    while time.monotonic() < end:
        for s in sockets:
            try:
                s.send(text[sent:sent + 1])
            except OSError:
                pass
        sent += 1
        time.sleep(0.1)


def killed(host, port, seconds):
    """Twenty processes that die in the middle of a call."""
    children = []
    for _ in range(20):
        child = os.fork()
        if child == 0:
            s = upgrade(host, port)
            s.sendall(start())
            for number in range(1, 10_000):
                s.sendall(media(number, 320))
                time.sleep(0.02)
        children.append(child)
    time.sleep(seconds)
    for child in children:
        os.kill(child, signal.SIGKILL)
    for child in children:
        os.waitpid(child, 0)


def holders(host, port, seconds):
    """Three hundred connections that are held, or wait in the system's queue; none may say why."""
    sockets = []
    for _ in range(300):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex((host, port))
        sockets.append(s)
    time.sleep(seconds)
    for s in sockets:
        s.close()


def main():
    host, port, scenario, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
    scenarios = [byte_a_second, half_open, megabytes, connects, slow_headers, killed, holders]
    {each.__name__: each for each in scenarios}[scenario](host, port, seconds)
    print("done")


main()
