"""An Exotel-like caller over Debian's python3-websockets, independent of all Swift code.

usage: phone_platform.py URL SCENARIO [ARGUMENTS]; prints one JSON object that says what was seen.
"""

import asyncio
import base64
import json
import random
import sys
import time
import uuid

import websockets


def start(rate, sid="S", call=None, parameters=None):
    return {
        "event": "start", "sequence_number": "1", "stream_sid": sid,
        "start": {
            "stream_sid": sid, "call_sid": call or uuid.uuid4().hex, "account_sid": "A",
            "from": "1", "to": "2", "custom_parameters": parameters,
            "media_format": {
                "encoding": "base64", "sample_rate": str(rate), "bit_rate": "128kbps"}}}


def media(number, pcm):
    return {
        "event": "media", "sequence_number": str(number + 1), "stream_sid": "S",
        "media": {
            "chunk": str(number), "timestamp": str(number * 100),
            "payload": base64.b64encode(pcm).decode()}}


class Caller:
    def __init__(self, socket, echoes_marks=True):
        self.socket = socket
        self.echoes_marks = echoes_marks
        self.heard = bytearray()
        self.sizes = []
        self.events = []
        self.reader = asyncio.create_task(self.read())

    async def say(self, message):
        text = message if isinstance(message, (str, bytes)) else json.dumps(message)
        await self.socket.send(text)

    async def read(self):
        try:
            async for text in self.socket:
                message = json.loads(text)
                assert message["stream_sid"] == "S", message
                self.events.append(message["event"])
                if message["event"] == "media":
                    pcm = base64.b64decode(message["media"]["payload"], validate=True)
                    self.heard.extend(pcm)
                    self.sizes.append(len(pcm))
                elif message["event"] == "mark" and self.echoes_marks:
                    await self.say(
                        {"event": "mark", "stream_sid": "S", "mark": message["mark"]})
        except websockets.ConnectionClosed:
            pass

    async def speak(self, rate, pcm, first=1):
        step = rate // 5
        begin = time.monotonic()
        for index, offset in enumerate(range(0, len(pcm), step)):
            await self.say(media(first + index, pcm[offset:offset + step]))
            await asyncio.sleep(max(0, begin + (index + 1) * 0.1 - time.monotonic()))

    async def until_heard(self, count):
        deadline = time.monotonic() + 10
        while len(self.heard) < count and time.monotonic() < deadline:
            await asyncio.sleep(0.01)

    async def hang_up(self):
        await self.say({"event": "stop", "stream_sid": "S", "stop": {"reason": "callended"}})
        await self.closed()

    async def closed(self, within=5):
        await asyncio.wait_for(self.socket.wait_closed(), within)
        await self.reader

    def report(self, **more):
        return {
            "heard": len(self.heard), "sizes": self.sizes, "code": self.socket.close_code,
            "clears": self.events.count("clear"), **more}


async def echo(url, rate, seconds, seed):
    pcm = random.Random(seed).randbytes(int(rate * seconds) * 2)
    async with websockets.connect(url) as socket:
        caller = Caller(socket)
        await caller.say({"event": "connected"})
        await caller.say(start(rate))
        await caller.speak(rate, pcm)
        await caller.until_heard(len(pcm))
        await caller.hang_up()
        same = bytes(caller.heard[:len(pcm)]) == pcm and not any(caller.heard[len(pcm):])
        return caller.report(sent=len(pcm), same=same)


async def several(url, count):
    rates = [8000, 16000, 24000]
    return await asyncio.gather(
        *(echo(url, rates[index % 3], 1.0 + index * 0.03, index) for index in range(count)))


async def wrong(url):
    """Everything that a call must survive, then a second of speech that must come back."""
    pcm = random.Random(7).randbytes(16000)
    async with websockets.connect(url, max_size=None) as socket:
        caller = Caller(socket)
        await caller.say(media(1, b"\0" * 320))
        await caller.say("this is not JSON")
        await caller.say("")
        await caller.say({"event": "start", "start": "no object"})
        await caller.say(start(8000))
        await caller.say(start(8000))
        await caller.say({"event": "weather"})
        await caller.say({"no": "event"})
        await caller.say([1, 2, 3])
        await caller.say({"event": "media", "media": {"payload": "AA*A"}})
        await caller.say({"event": "media", "media": {"payload": ""}})
        await caller.say({"event": "media"})
        await caller.say(b"\x00\x01\x02")
        await caller.say(b"")
        await caller.say(json.dumps({"event": "x", "pad": "y" * (1 << 20)})[:1 << 20])
        await caller.say({"event": "mark", "mark": {"name": "never sent"}})
        await caller.say({"event": "dtmf", "dtmf": {"digit": "5"}})
        await caller.say(media(1, pcm[:101]))
        await caller.say(media(2, pcm[101:3200]))
        await caller.speak(8000, pcm[3200:], first=3)
        await caller.until_heard(len(pcm))
        await caller.hang_up()
        return caller.report(same=bytes(caller.heard[:len(pcm)]) == pcm)


async def silent(url):
    async with websockets.connect(url) as socket:
        caller = Caller(socket)
        begin = time.monotonic()
        await caller.closed()
        return caller.report(seconds=time.monotonic() - begin)


async def listen(url, seconds=None):
    """Hears a bot until it hangs up, or hangs up after so many seconds."""
    async with websockets.connect(url) as socket:
        caller = Caller(socket)
        await caller.say(start(8000))
        if seconds is None:
            await caller.closed(20)
        else:
            await asyncio.sleep(seconds)
            await caller.hang_up()
        return caller.report(events=caller.events)


async def knock(url, options):
    """Opens a call as `options` say: headers, path, parameters of start; hears what comes of it."""
    options = json.loads(options)
    try:
        async with websockets.connect(
                url + options.get("path", ""), extra_headers=options.get("headers", {})) as socket:
            caller = Caller(socket)
            await caller.say(start(8000, call="C1", parameters=options.get("parameters")))
            await caller.say(media(1, b"\1\2" * 800))
            await caller.until_heard(options.get("heard", 0))
            await asyncio.sleep(0.3)
            if socket.open:
                await caller.hang_up()
            else:
                await caller.closed()
            return caller.report(status=101)
    except websockets.InvalidStatusCode as refusal:
        return {"status": refusal.status_code}


async def twice(url):
    """Opens a second socket for the same stream, as a platform that tries again does."""
    async with websockets.connect(url) as first, websockets.connect(url) as second:
        callers = [Caller(first), Caller(second)]
        await callers[0].say(start(8000, call="C1"))
        await callers[0].say(media(1, b"\1\2" * 800))
        await asyncio.sleep(0.1)
        await callers[1].say(start(8000, call="C1"))
        await callers[0].closed()
        pcm = b"\3\4" * 1600
        await callers[1].say(media(1, pcm))
        await callers[1].until_heard(len(pcm))
        await callers[1].hang_up()
        return callers[1].report(
            firstCode=first.close_code, same=bytes(callers[1].heard[:len(pcm)]) == pcm)


async def interrupt(url):
    """Presses a key in the middle of the bot's speech; the bot then interrupts itself."""
    async with websockets.connect(url) as socket:
        caller = Caller(socket)
        await caller.say(start(8000))
        await asyncio.sleep(0.6)
        begin = time.monotonic()
        await caller.say({"event": "dtmf", "dtmf": {"digit": "1"}})
        while "clear" not in caller.events:
            await asyncio.sleep(0.0005)
        delay = time.monotonic() - begin
        position = caller.events.index("clear")
        await asyncio.sleep(0.5)
        await caller.hang_up()
        return caller.report(
            clearMs=delay * 1000, after=caller.events[position + 1:].count("media"))


async def vanish(url):
    """Goes away without a word in the middle of a call."""
    async with websockets.connect(url) as socket:
        caller = Caller(socket)
        await caller.say(start(8000))
        await caller.say(media(1, b"\0" * 1600))
        await asyncio.sleep(0.1)
        socket.transport.abort()
        await caller.reader
        return {}


SCENARIOS = {
    "echo": lambda url, rate, seconds: echo(url, int(rate), float(seconds), 1),
    "several": lambda url, count: several(url, int(count)),
    "wrong": wrong,
    "silent": silent,
    "listen": lambda url, seconds=None: listen(url, seconds and float(seconds)),
    "knock": knock,
    "twice": twice,
    "interrupt": interrupt,
    "vanish": vanish,
}

if __name__ == "__main__":
    scenario = SCENARIOS[sys.argv[2]](sys.argv[1], *sys.argv[3:])
    print(json.dumps(asyncio.run(asyncio.wait_for(scenario, 60))))
