"""An echo bot as the platforms' guides write it: Python, websockets, json, base64.

    guide_echo.py PORT
"""

import asyncio
import base64
import json
import signal
import sys

import websockets


async def echo(socket, path=None):
    stream = {}
    async for text in socket:
        message = json.loads(text)
        event = message.get("event")
        if event == "start":
            stream = message["start"]
        elif event == "media":
            audio = base64.b64decode(message["media"]["payload"])
            await socket.send(json.dumps(answer(stream, audio)))
        elif event == "stop":
            return


def answer(stream, audio):
    payload = base64.b64encode(audio).decode("ascii")
    if "streamId" in stream:
        form = {"contentType": "audio/x-mulaw", "sampleRate": 8000, "payload": payload}
        return {"event": "playAudio", "media": form}
    return {"event": "media", "stream_sid": stream["stream_sid"], "media": {"payload": payload}}


async def serve(port):
    stopped = asyncio.get_running_loop().create_future()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.cancel)
    # Compression would only be measured against servers that do without.
    async with websockets.serve(echo, "127.0.0.1", port, compression=None, backlog=1024):
        print(f"listening on ws://127.0.0.1:{port}", flush=True)
        try:
            await stopped
        except asyncio.CancelledError:
            pass


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
