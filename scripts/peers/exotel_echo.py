"""A bot in the style of Exotel's published echo bot: gives each media object back as it came.

Prints the port that it listens on. Needs websockets.
"""
import asyncio
import json

import websockets


async def echo(socket, *_):
    sid = None
    async for text in socket:
        message = json.loads(text)
        event = message["event"]
        if event == "start":
            sid = message.get("stream_sid") or message["start"]["stream_sid"]
        elif event == "media":
            await socket.send(
                json.dumps({"event": "media", "stream_sid": sid, "media": message["media"]}))
        elif event == "clear":
            await socket.send(json.dumps({"event": "clear", "stream_sid": sid}))
        elif event == "stop":
            break


async def main():
    server = await websockets.serve(echo, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Future()


asyncio.run(main())
