"""An NVP/1 client on Debian's websockets: takes one call through everything; prints JSON.

    agentao_nvp1_client.py PORT bin|b64 MODE

MODE is talk (answer, speak, drain, interrupt, connect, modes, close), flood (beyond the grant) or
wait (until the far end hangs up).
"""

import asyncio
import base64
import json
import struct
import sys

import websockets

PORT, ENCODING, MODE = sys.argv[1], sys.argv[2], sys.argv[3]
SEEN = {"order": [], "tracks": {}, "problems": [], "grants": [], "played": []}


class Link:
    """Requests by id, events in order, audio apart."""

    def __init__(self, socket):
        self.socket = socket
        self.made = 0
        self.seq = 0
        self.replies = {}
        self.events = asyncio.Queue()
        self.granted = asyncio.Condition()
        self.grant = {}
        self.reader = asyncio.create_task(self.read())

    async def request(self, name, data=None, ident=None):
        self.made += 1
        ident = ident or f"c-{self.made}"
        reply = asyncio.get_running_loop().create_future()
        self.replies[ident] = (name, reply)
        frame = {"type": "request", "id": ident, "name": name, "timeoutMs": 5000}
        await self.socket.send(json.dumps(frame | {"data": data or {}}))
        return await asyncio.wait_for(reply, 10)

    async def event(self, name):
        while True:
            frame = await asyncio.wait_for(self.events.get(), 10)
            if frame["name"] == name:
                return frame["data"]

    async def read(self):
        async for raw in self.socket:
            if isinstance(raw, bytes):
                version, track, flags, epoch, number, first = struct.unpack(">BBBBIQ", raw[:16])
                if version != 1:
                    SEEN["problems"].append("version")
                self.audio(track, number, first, raw[16:])
                continue
            frame = json.loads(raw)
            if frame["type"] == "response":
                name, reply = self.replies.pop(frame["id"])
                SEEN["order"].append(
                    name + (" ok" if frame["ok"] else " " + frame["error"]["code"])
                )
                reply.set_result(frame)
            elif frame["name"] == "audio":
                data = frame["data"]
                pcm = base64.b64decode(data["pcm"])
                self.audio(data["track"], data["frame"], data["sample"], pcm)
            else:
                await self.happened(frame)

    async def happened(self, frame):
        self.seq += 1
        if frame["seq"] != self.seq:
            SEEN["problems"].append(f"seq {frame['seq']} for {self.seq}")
        name, data = frame["name"], frame["data"]
        if name == "audio.grant":
            SEEN["grants"].append(data["upToBytes"])
            async with self.granted:
                self.grant[data["epoch"]] = data["upToBytes"]
                self.granted.notify_all()
        elif name == "audio.played":
            SEEN["played"].append(data["bytes"])
        else:
            SEEN["order"].append(name)
            await self.events.put(frame)

    def audio(self, track, number, first, pcm):
        known = SEEN["tracks"].setdefault(str(track), {"frames": 0, "bytes": 0})
        if number != known["frames"] or first * 2 != known["bytes"]:
            SEEN["problems"].append(f"frame {number} at {first}")
        known["frames"] += 1
        known["bytes"] += len(pcm)

    async def speak(self, epoch, pcm, number=0, obey=True):
        sent = 0
        while sent < len(pcm):
            async with self.granted:
                await asyncio.wait_for(
                    self.granted.wait_for(lambda: not obey or self.grant.get(epoch, 0) > sent), 10
                )
            room = self.grant[epoch] - sent if obey else len(pcm)
            piece = pcm[sent : sent + min(room, 640)]
            await self.frame(epoch, number, sent // 2, piece)
            number += 1
            sent += len(piece)

    async def frame(self, epoch, number, first, piece):
        if ENCODING == "bin":
            header = struct.pack(">BBBBIQ", 1, 0, 0, epoch & 255, number, first)
            await self.socket.send(header + piece)
        else:
            data = {"track": 0, "epoch": epoch, "frame": number, "sample": first, "flags": 0}
            data["pcm"] = base64.b64encode(piece).decode()
            await self.socket.send(json.dumps({"type": "event", "name": "audio", "data": data}))


async def talk(link):
    tone = struct.pack("<h", 1000) * 16_007
    await link.speak(0, tone)
    SEEN["drained"] = (await link.request("audio.drain"))["data"]["playedBytes"]
    await link.request("agent.mode", {"mode": "barge"})
    await link.speak(0, tone[:12_800], number=51)
    answer = await link.request("agent.interrupt", {"epoch": 1}, ident="stop")
    again = await link.request("agent.interrupt", {"epoch": 1}, ident="stop")
    SEEN["discarded"] = answer["data"]["discardedBytes"]
    SEEN["repeated"] = answer == again
    # Late, of the epoch before: dropped without a word.
    await link.frame(0, 71, 0, tone[:640])
    await link.speak(1, struct.pack("<h", 2000) * 1_600)
    await link.request("audio.drain")
    await link.request("call.connect", {"ringTimeSeconds": 0})
    await link.request("call.connect", {"ringTimeSeconds": 5})
    await link.request("agent.mode", {"mode": "whisper"})
    await asyncio.sleep(0.3)
    await link.request("call.dance")
    await link.request("call.close")


async def main():
    url = f"ws://127.0.0.1:{PORT}/v1/agent/session-manager"
    keys = {"X-Api-Key": "right-key", "X-Connector-Id": "connector-7"}
    control = websockets.connect(url, extra_headers=keys, subprotocols=["nvp1.control"])
    async with control as socket:
        link = Link(socket)
        hello = {"profile": "nvp/1", "client": "test/1", "sampleRate": 16000}
        hello |= {"tracks": "separate", "mediaEncoding": ENCODING}
        SEEN["hello"] = (await link.request("hello", hello))["data"]
        await link.request("delivery.start")
        offer = await link.event("call.offered")
        SEEN["listed"] = len((await link.request("call.list"))["data"]["calls"])
        token = {"Authorization": "Bearer " + offer["mediaToken"]}
        wanted = [f"nvp1.media.{ENCODING}"]
        media = {"extra_headers": token, "subprotocols": wanted}
        async with websockets.connect(offer["mediaURL"], **media) as second:
            call = Link(second)
            SEEN["ready"] = await call.event("media.ready")
            try:
                await websockets.connect(offer["mediaURL"], **media)
            except websockets.InvalidStatusCode as refusal:
                SEEN["second"] = refusal.status_code
            await call.request("call.answer")
            if MODE == "talk":
                await talk(call)
            elif MODE == "flood":
                await call.speak(0, bytes(64_000), obey=False)
            SEEN["terminated"] = (await call.event("call.terminated"))["initiatedBy"]
            await asyncio.wait([call.reader])
            SEEN["code"] = second.close_code
        await link.event("call.ended")
    return SEEN


print(json.dumps(asyncio.run(asyncio.wait_for(main(), 60))))
