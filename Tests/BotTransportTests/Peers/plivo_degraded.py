"""A Plivo call whose DegradedStream callbacks come while it is up.

Usage: plivo_degraded.py ws://HOST:PORT BODY...

Each BODY is posted to /plivo/status once the bot has heard something; then the socket is closed.
"""

import asyncio
import base64
import json
import sys
import urllib.request

import websockets


def post(base, body):
    url = base.replace("ws://", "http://") + "/plivo/status"
    with urllib.request.urlopen(url, body.encode(), timeout=10) as answer:
        return answer.status


async def main():
    base, bodies = sys.argv[1], sys.argv[2:]
    async with websockets.connect(base + "/plivo") as socket:
        start = {"callId": "C1", "streamId": "S1", "accountId": "A", "tracks": ["inbound"],
                 "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000}}
        await socket.send(json.dumps({"sequenceNumber": 0, "event": "start", "start": start}))
        media = {"track": "inbound", "timestamp": "20", "chunk": 1,
                 "payload": base64.b64encode(bytes([0x55] * 160)).decode()}
        await socket.send(json.dumps(
            {"sequenceNumber": 1, "streamId": "S1", "event": "media", "media": media}))
        # The echo shows that the stream has started.
        await asyncio.wait_for(socket.recv(), 10)
        loop = asyncio.get_running_loop()
        statuses = [await loop.run_in_executor(None, post, base, body) for body in bodies]
        # What a callback sets going reaches the call a little after the answer.
        await asyncio.sleep(1)
    print(json.dumps({"statuses": statuses}))


asyncio.run(main())
