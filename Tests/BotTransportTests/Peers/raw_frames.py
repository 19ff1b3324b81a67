"""Speaks RFC 6455 frame by frame, right and wrong, and prints what the server makes of it.

Usage: raw_frames.py PORT. Each line: the case, then what came until the connection ended or
everything expected was there.
"""
import itertools
import os
import socket
import struct
import sys

PORT = int(sys.argv[1])
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
NAMES = {CONTINUATION: "continuation", TEXT: "text", BINARY: "binary", CLOSE: "close",
         PING: "ping", PONG: "pong"}


def frame(opcode, payload=b"", final=True, reserved=0, mask=True, length=None):
    """One frame; `length` is announced instead of the payload's own."""
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    count = len(payload) if length is None else length
    bit = 0x80 if mask else 0
    if count < 126:
        head += bytes([bit | count])
    elif count < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", count)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", count)
    if not mask:
        return head + payload
    key = os.urandom(4)
    whole = len(payload) // 4 + 1
    pad = int.from_bytes((key * whole)[:len(payload)], "big")
    return head + key + (int.from_bytes(payload, "big") ^ pad).to_bytes(len(payload), "big")


class Client:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", PORT))
        self.socket.settimeout(10)
        self.socket.sendall(
            b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n")
        self.input = b""
        while b"\r\n\r\n" not in self.input:
            self.input += self.socket.recv(4096)
        self.input = self.input.split(b"\r\n\r\n", 1)[1]

    def take(self, count):
        while len(self.input) < count:
            more = self.socket.recv(1 << 20)
            if not more:
                raise EOFError
            self.input += more
        taken, self.input = self.input[:count], self.input[count:]
        return taken

    def next(self):
        """The next frame as text."""
        first, second = self.take(2)
        count = second & 0x7F
        if count == 126:
            count = struct.unpack(">H", self.take(2))[0]
        elif count == 127:
            count = struct.unpack(">Q", self.take(8))[0]
        payload = self.take(count)
        opcode = first & 15
        if opcode == CLOSE:
            code = struct.unpack(">H", payload[:2])[0] if payload else ""
            return f"close {code}".strip()
        shown = payload.decode("latin-1") if count < 40 else str(count)
        fault = "" if first & 0x80 and not second & 0x80 and not first & 0x70 else " FAULTY"
        return f"{NAMES.get(opcode, opcode)} {shown}".strip() + fault


def case(name, *frames, expect=None, pieces=None, folds=False):
    """Sends the frames and prints what comes: to the end, or `expect` frames; `folds` shows those that
    are the same in a row once."""
    client = Client()
    seen = []
    try:
        data = b"".join(frames)
        if pieces is None:
            client.socket.sendall(data)
        else:
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for start in range(0, len(data), pieces):
                client.socket.sendall(data[start:start + pieces])
        while expect is None or len(seen) < expect:
            seen.append(client.next())
            if seen[-1].startswith("close"):
                # Without an answer, or after a frame that left it puzzled, the server waits 5 s.
                client.socket.sendall(frame(CLOSE, b"\x03\xe8"))
                client.socket.shutdown(socket.SHUT_WR)
    except socket.timeout:
        seen.append("SILENCE")
    except (EOFError, OSError):
        seen.append("end")
    client.socket.close()
    if folds:
        seen = [kind for kind, _ in itertools.groupby(seen)]
    print(f"{name}: {', '.join(seen)}", flush=True)


def close(code, reason=b""):
    return frame(CLOSE, struct.pack(">H", code) + reason)


case("text", frame(TEXT, b"abc"), expect=1)
case("binary", frame(BINARY, b"abc"), expect=1)
case("empty", frame(TEXT), frame(BINARY), expect=2)
case("fragments", frame(TEXT, b"a", False), frame(CONTINUATION, b"b", False),
     frame(CONTINUATION, b"c"), expect=1)
case("empty fragments", frame(BINARY, b"", False), frame(CONTINUATION, b"", False),
     frame(CONTINUATION), expect=1)
case("ping between fragments", frame(TEXT, b"a", False), frame(PING, b"p"),
     frame(CONTINUATION, b"b"), expect=2)
case("pong unasked", frame(PONG, b"x"), frame(PONG), frame(TEXT, b"a"), expect=1)
case("ping of 125", frame(PING, b"x" * 125), expect=1)
case("ping empty", frame(PING), frame(TEXT, b"a"), expect=2)
case("byte by byte", frame(TEXT, "\u00e9\u4e2d\U0001f600".encode()), frame(PING, b"p"),
     frame(BINARY, b"z" * 300), pieces=1, expect=3)
case("character cut by fragments", frame(TEXT, b"\xe4\xb8", False), frame(CONTINUATION, b"\xad"),
     expect=1)
for size in (125, 126, 65535, 65536, 1 << 20, 16 << 20):
    case(f"message of {size}", frame(BINARY, bytes(size)), expect=1)
case("message of 16 MiB in fragments", frame(TEXT, b"x" * (8 << 20), False),
     frame(CONTINUATION, b"y" * (8 << 20)), expect=1)
# No more than its beginning is needed to know.
case("message over 16 MiB", frame(BINARY, b"x", length=(16 << 20) + 1))
case("fragments over 16 MiB", frame(TEXT, b"x" * (16 << 20), False), frame(CONTINUATION, b"y"))
case("length over 2^63", b"\x82\xff" + b"\xff" * 8 + b"keys")
for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
    case(f"opcode {opcode}", frame(opcode, b"x"))
for reserved in range(1, 8):
    case(f"reserved {reserved}", frame(TEXT, b"x", reserved=reserved))
case("reserved in ping", frame(PING, b"x", reserved=4))
case("continuation of nothing", frame(CONTINUATION, b"x"))
case("continuation after the end", frame(TEXT, b"a", False), frame(CONTINUATION, b"b"),
     frame(CONTINUATION, b"c"))
case("new message inside one", frame(TEXT, b"a", False), frame(TEXT, b"b"))
case("ping in fragments", frame(PING, b"a", False))
case("close in fragments", frame(CLOSE, b"\x03\xe8", False))
case("ping of 126", frame(PING, b"x" * 126))
case("pong of 65536", frame(PONG, b"x" * 65536))
case("close of 126", frame(CLOSE, b"\x03\xe8" + b"x" * 124))
for number, text in enumerate((
        b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\x80", b"\xe4\xb8",
        b"\xf8\x88\x80\x80\x80")):
    case(f"bad UTF-8 {number}", frame(TEXT, text))
case("bad UTF-8 in fragments", frame(TEXT, b"a\xce", False), frame(CONTINUATION, b"z"))
case("bad UTF-8 in binary", frame(BINARY, b"\xff"), expect=1)
case("close without code", frame(CLOSE))
case("close of one byte", frame(CLOSE, b"\x03"))
case("close with reason of 123", close(1000, b"x" * 123))
case("close with bad UTF-8", close(1000, b"\xff"))
case("close and then text", close(1000), frame(TEXT, b"a"))
case("close twice", close(1000), close(1001))
case("close inside a message", frame(TEXT, b"a", False), close(1000))
for code in (0, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012,
             1013, 1014, 1015, 1016, 1100, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 65535):
    case(f"close {code}", close(code))
case("unmasked", frame(TEXT, b"a", mask=False))
case("ten pings", *(frame(PING, bytes([0x30 + n])) for n in range(10)), frame(TEXT, b"end"), expect=11)
# Autobahn 5.19: answers to pings go out between the fragments, and what was said first is answered first.
case("pings between fragments", frame(TEXT, b"one", False), frame(PING, b"1"),
     frame(CONTINUATION, b"two", False), frame(PING, b"2"), frame(CONTINUATION, b"three"),
     frame(PING, b"3"), frame(TEXT, b"four"), frame(PING, b"4"), expect=6)
case("reserved bit after messages", *(frame(TEXT, b"a") for _ in range(40)),
     frame(TEXT, b"x", reserved=4), *(frame(TEXT, b"b") for _ in range(40)), folds=True)
