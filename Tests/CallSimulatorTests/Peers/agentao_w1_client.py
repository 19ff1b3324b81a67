"""A W1 client on Debian's websockets: claims one call, answers, echoes, closes; prints JSON.

    agentao_w1_client.py PORT KEY CONNECTOR ECHO_BYTES [MODE]

MODE is echo (the default), wait (until the far end hangs up) or interrupt (after the echo).
"""

import asyncio
import json
import sys
import uuid

import websockets

PORT, KEY, CONNECTOR, ECHO_BYTES = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
MODE = sys.argv[5] if len(sys.argv) > 5 else "echo"
SEEN = {"control": [], "media": [], "heard": 0, "sent": 0, "replies": {}, "requested": 0}


async def next_of(link, kind):
    while True:
        frame = json.loads(await asyncio.wait_for(link.recv(), 10))
        SEEN["control"].append(frame["type"])
        if frame["type"] == kind:
            return frame


async def claim(control):
    await control.send(
        json.dumps({"type": "setup", "data": {"sampleRate": 16000, "audioMode": "mixed"}})
    )
    await next_of(control, "setup.done")
    session = (await next_of(control, "session.notify"))["sessionId"]
    ask = {"type": "session.open", "sessionId": session, "reqId": str(uuid.uuid4())}
    await control.send(json.dumps(ask))
    answer = await next_of(control, "response")
    assert answer["ok"] and answer["reqId"] == ask["reqId"], answer
    assert answer["content"]["session"]["id"] == session
    await control.send(json.dumps({"type": "session.ready", "sessionId": session}))
    return await next_of(control, "call.in")


class Media:
    def __init__(self, link):
        self.link = link
        self.names = {}
        self.queue = bytearray()
        self.room = 0

    async def command(self, name):
        ident = str(uuid.uuid4())
        self.names[ident] = name
        data = {"command_id": ident, "command": name, "timeout_ms": 10000}
        await self.link.send(json.dumps({"type": "command", "data": data}))

    async def give(self):
        while self.room > 0 and self.queue:
            piece = bytes(self.queue[: self.room])
            del self.queue[: len(piece)]
            self.room -= len(piece)
            SEEN["sent"] += len(piece)
            await self.link.send(b"\0" + piece)

    async def run(self):
        await self.command("call.answer")
        async for frame in self.link:
            if isinstance(frame, bytes):
                assert frame[0] == 0
                SEEN["heard"] += len(frame) - 1
                left = ECHO_BYTES - SEEN["sent"] - len(self.queue)
                self.queue += frame[1 : 1 + max(left, 0)]
                await self.give()
            else:
                await self.text(json.loads(frame))

    async def text(self, frame):
        data = frame["data"]
        if frame["type"] == "buffer_request":
            SEEN["requested"] += data["requested_bytes"]
            self.room += data["requested_bytes"]
            await self.give()
        elif frame["type"] == "command_response":
            name = self.names.pop(data["command_id"])
            SEEN["replies"][name] = data.get("error_code", data["success"])
            if name == "call.answer":
                asyncio.get_running_loop().create_task(self.later())
        else:
            SEEN["media"].append(data["event"])

    async def later(self):
        while SEEN["sent"] < ECHO_BYTES:
            await asyncio.sleep(0.01)
        if MODE == "interrupt":
            await self.command("agent.interrupt")
            await asyncio.sleep(0.2)
        elif MODE == "echo":
            # What was sent last is still on its way to the ear.
            await asyncio.sleep(1.0)
        if MODE != "wait":
            await self.command("call.close")


async def main():
    headers = {"x-api-key": KEY, "x-connector-uuid": CONNECTOR, "x-sdk-version": "0.0-test"}
    url = f"ws://127.0.0.1:{PORT}/v1/agent/session-manager"
    async with websockets.connect(url, extra_headers=headers) as control:
        call = await claim(control)
        SEEN["from"] = call["from"]
        token = {"Authorization": "Bearer " + call["token"]}
        async with websockets.connect(call["url"], extra_headers=token) as link:
            await Media(link).run()
            SEEN["code"] = link.close_code
        closed = await next_of(control, "session.closed")
        SEEN["reason"] = closed["reason"]
    return SEEN


try:
    print(json.dumps(asyncio.run(asyncio.wait_for(main(), 40))))
except websockets.InvalidStatusCode as refusal:
    print(json.dumps({"status": refusal.status_code}))
