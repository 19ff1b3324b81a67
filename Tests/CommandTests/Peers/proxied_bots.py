"""Bots that speak Twilio's wire, as authors write them with plain websockets, for `sidetone proxy`.

usage: proxied_bots.py KIND [PORT [API]]; prints the port that it listens on, then a line for what it meets.
"""

import asyncio
import base64
import json
import math
import signal
import struct
import sys
import urllib.request

import websockets

# Whoever runs the tests may ignore or block it.
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
KIND = sys.argv[1]
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 0


def mulaw(sample):
    """G.711, by the book."""
    sign = 0 if sample >= 0 else 0x80
    size = min(abs(sample), 32_635) + 132
    exponent = max(size.bit_length() - 8, 0)
    return ~(sign | exponent << 4 | size >> (exponent + 3) & 0x0F) & 0xFF


PERIOD = bytes(mulaw(int(9_000 * math.sin(2 * math.pi * i / 20))) for i in range(160))
LEVEL = {mulaw(s): abs(s) for s in range(-32_000, 32_000, 16)}


def say(*words):
    print(*words, flush=True)


class Bot:
    def __init__(self, ws):
        self.ws = ws
        self.sid = None
        self.latest = 0
        self.began = None
        self.marks = []
        self.returned = 0
        self.loud = 0
        self.speaking = None
        self.delta = 0.02 if KIND == "counts" else 0.4

    async def send(self, event, **more):
        await self.ws.send(json.dumps({"event": event, "streamSid": self.sid, **more}))

    async def media(self, sound):
        await self.send("media", media={"payload": base64.b64encode(sound).decode()})

    async def mark(self, name="responsePart"):
        self.marks.append(name)
        await self.send("mark", mark={"name": name})

    async def reply(self, seconds=8.0):
        """Deltas twice as fast as they are heard, a mark behind each."""
        self.began = self.latest
        for index in range(int(seconds / self.delta)):
            await self.media(PERIOD * int(self.delta * 50))
            await self.mark()
            # Short ones in bursts: a wake-up for each would be late on a busy machine.
            if KIND != "counts":
                await asyncio.sleep(self.delta / 2)
            elif index % 20 == 19:
                await asyncio.sleep(0.1)

    async def truncate(self):
        """The caller speaks: what was not heard is to be forgotten."""
        say("truncate", self.latest - self.began, int(1_000 * self.delta * self.returned))
        self.speaking.cancel()
        self.marks.clear()
        self.began = None
        await self.send("clear")

    async def start(self, start):
        self.sid = start["streamSid"]
        say("start", json.dumps(start["start"], sort_keys=True))
        if KIND == "burst":
            for _ in range(10_000):
                await self.media(PERIOD[:8])
            await self.mark("end")
        elif KIND == "bytes":
            for byte in PERIOD * 25:
                await self.media(bytes([byte]))
            await self.mark("end")
        elif KIND == "garbage":
            for text in ["{", "[]", '{"event":"speak"}', '{"event":"media"}',
                         '{"event":"media","media":{"payload":"*"}}',
                         '{"event":"media","streamSid":"MZ0","media":{"payload":"/////w=="}}']:
                await self.ws.send(text)
            await self.ws.send(b"\x00\x01")
            riff = b"RIFF" + struct.pack("<I", 436) + b"WAVEdata" + struct.pack("<I", 400)
            await self.media(riff + PERIOD * 25)
        elif KIND == "goodbye":
            await self.media(PERIOD * 50)
            await self.ws.close(1000)
        elif KIND == "hangs-up":
            await self.media(PERIOD * 25)
            await asyncio.sleep(0.5)
            url = f"{sys.argv[3]}/2010-04-01/Accounts/{start['start']['accountSid']}/Calls/"
            url += start["start"]["callSid"] + ".json"
            request = urllib.request.Request(url, data=b"Status=completed")
            if len(sys.argv) > 4:
                basic = f"{start['start']['accountSid']}:{sys.argv[4]}".encode()
                request.add_header(
                    "Authorization", "Basic " + base64.b64encode(basic).decode())
            answer = await asyncio.to_thread(urllib.request.urlopen, request)
            say("answer", answer.status, answer.read().decode().strip())
        elif KIND == "refuses":
            await self.ws.close(1008, "not this caller")
        elif KIND == "deaf":
            for _ in range(20):
                await self.media(PERIOD * 5)
            await asyncio.sleep(30)
        else:
            self.speaking = asyncio.create_task(self.reply(2.0 if KIND == "short" else 8.0))

    async def run(self):
        try:
            await self.hear()
        except websockets.ConnectionClosed:
            pass
        say("end", self.ws.close_code, self.returned)

    async def hear(self):
        async for text in self.ws:
            message = json.loads(text)
            event = message["event"]
            if event == "start":
                await self.start(message)
            elif event == "media":
                self.latest = int(message["media"]["timestamp"])
                sound = base64.b64decode(message["media"]["payload"])
                is_loud = sum(LEVEL.get(b, 0) for b in sound) > 1_000 * len(sound)
                self.loud = self.loud + 1 if is_loud else 0
                if self.loud == 5 and self.began is not None and KIND in ("talks", "counts"):
                    await self.truncate()
            elif event == "mark":
                self.returned += 1
                say("mark", message["mark"]["name"])
            elif event in ("connected", "stop", "dtmf"):
                say(event)
            else:
                say("unknown", text)


async def call(ws, *_):
    say("headers", json.dumps(dict(ws.request_headers), sort_keys=True))
    await Bot(ws).run()


async def main():
    server = await websockets.serve(call, "127.0.0.1", PORT, ping_interval=None)
    say(server.sockets[0].getsockname()[1])
    await asyncio.Future()


asyncio.run(main())
