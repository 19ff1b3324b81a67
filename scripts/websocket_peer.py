"""One end of a WebSocket on plain streams, which can do what no library lets it: break off, go silent, send
what is none."""
import asyncio
import base64
import hashlib
import os
import socket
import struct


class Peer:
    def __init__(self, reader, writer, is_client):
        self.reader, self.writer, self.is_client = reader, writer, is_client

    def frame(self, operation, payload):
        """Sends one frame; a client's mask is zero."""
        mask = 0x80 if self.is_client else 0
        size = len(payload)
        if size < 126:
            head = struct.pack(">BB", 0x80 | operation, mask | size)
        elif size < 65_536:
            head = struct.pack(">BBH", 0x80 | operation, mask | 126, size)
        else:
            head = struct.pack(">BBQ", 0x80 | operation, mask | 127, size)
        self.writer.write(head + (bytes(4) if mask else b"") + payload)

    async def send(self, text):
        self.frame(1, text.encode())
        await self.writer.drain()

    def raw(self, data):
        self.writer.write(data)

    async def message(self):
        """The next whole message or close; answers pings. Nobody here sends fragments."""
        while True:
            first, second = await self.reader.readexactly(2)
            size = second & 0x7F
            if size > 125:
                width = 2 if size == 126 else 8
                size = int.from_bytes(await self.reader.readexactly(width), "big")
            mask = await self.reader.readexactly(4) if second & 0x80 else bytes(4)
            payload = await self.reader.readexactly(size)
            if any(mask):
                key = (mask * (size // 4 + 1))[:size]
                mixed = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
                payload = mixed.to_bytes(size, "big")
            operation = first & 0x0F
            if operation == 9:
                self.frame(10, payload)
            elif operation in (1, 2, 8):
                return operation, payload

    async def text(self):
        operation, payload = await self.message()
        if operation != 1:
            raise asyncio.IncompleteReadError(payload, None)
        return payload.decode()

    async def closed(self):
        """Reads on to the close, answers it; its code, 1005 for none."""
        while True:
            operation, payload = await self.message()
            if operation == 8:
                self.close(payload)
                return struct.unpack(">H", payload[:2])[0] if len(payload) > 1 else 1005

    def close(self, payload):
        self.frame(8, payload[:2])

    def abort(self):
        self.writer.transport.abort()


async def head(reader):
    return (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")


async def accept(reader, writer):
    """The server's end of an upgrade."""
    for line in (await head(reader)).split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "sec-websocket-key":
            salted = value.strip() + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            proof = base64.b64encode(hashlib.sha1(salted.encode()).digest()).decode()
    writer.write(
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         f"Sec-WebSocket-Accept: {proof}\r\n\r\n").encode())
    return Peer(reader, writer, is_client=False)


async def connect(host, port, path, small=False):
    """The client's end; `small` for one whose kernel takes little that is not read."""
    plain = socket.socket()
    if small:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, (host, port))
    reader, writer = await asyncio.open_connection(sock=plain, limit=4_096 if small else 1 << 22)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        (f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
    answer = await head(reader)
    if " 101 " not in answer.split("\r\n")[0]:
        raise OSError(answer.split("\r\n")[0])
    return Peer(reader, writer, is_client=True)
