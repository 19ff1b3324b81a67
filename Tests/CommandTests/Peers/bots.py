"""A bot that an operator may have: healthy or not, for `sidetone call` and `sidetone load`.

usage: bots.py KIND; prints the port that it listens on, and serves until it is killed.
"""

import asyncio
import base64
import json
import sys

import websockets

SPEECH = b"\x00\x20" * 16_000


async def speak(ws, sid, size=3_200, seconds=1.0):
    """Speech in chunks, as fast as they are heard."""
    pcm = SPEECH[: int(seconds * 16_000)]
    for at in range(0, len(pcm), size):
        payload = base64.b64encode(pcm[at : at + size]).decode()
        await ws.send(json.dumps(
            {"event": "media", "stream_sid": sid, "media": {"payload": payload}}))
        await asyncio.sleep(size / 16_000 * 0.8)


async def mark(ws, sid):
    await ws.send(json.dumps({"event": "mark", "stream_sid": sid, "mark": {"name": "end"}}))


async def talk(ws, sid, kind):
    if kind == "small":
        await speak(ws, sid, 1_600)
    elif kind == "stranger":
        await speak(ws, "another")
    elif kind == "pauses":
        for _ in range(2):
            await speak(ws, sid, seconds=0.6)
            await mark(ws, sid)
            await asyncio.sleep(0.7)
    elif kind == "hole":
        await speak(ws, sid, seconds=0.6)
        await asyncio.sleep(0.7)
        await speak(ws, sid, seconds=0.6)
    else:
        await speak(ws, sid)


async def end(ws, kind):
    if kind == "no-code":
        ws.transport.write(b"\x88\x00")
        await asyncio.sleep(0.3)
    elif kind == "drops":
        ws.transport.close()
    elif kind == "away":
        await ws.close(1001)
    elif kind == "error":
        await ws.close(1011)
    elif kind == "stays":
        await asyncio.sleep(30)
    else:
        await ws.close()


async def main(kind):
    async def bot(ws, *_):
        talking = None
        async for text in ws:
            message = json.loads(text)
            if message["event"] == "start":
                talking = asyncio.create_task(talk(ws, message["start"]["stream_sid"], kind))
            if message["event"] == "stop":
                if talking:
                    talking.cancel()
                return await end(ws, kind)

    async with websockets.serve(bot, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main(sys.argv[1]))
