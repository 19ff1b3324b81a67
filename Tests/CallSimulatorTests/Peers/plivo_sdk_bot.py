"""A bot made of Plivo's own stream SDK: echoes, marks, clears on a key press.

Prints its port on the first line and what it saw, as JSON, on the last.
"""
import asyncio
import json
import os
import socket

import uvicorn
from fastapi import FastAPI, Response, WebSocket
from plivo.utils import validate_v3_signature
from plivo_stream import PlivoFastAPIStreamingHandler

app = FastAPI()
seen = {"start": None, "media": 0, "bytes": 0, "played": [], "cleared": 0, "dtmf": [], "errors": [],
        "signed": None, "subprotocols": None}
server = None


@app.websocket("/{path:path}")
async def call(websocket: WebSocket):
    headers = websocket.headers
    seen["signed"] = validate_v3_signature(
        method="GET", uri=str(websocket.url).replace("ws://", "http://"),
        nonce=headers.get("x-plivo-signature-v3-nonce", ""),
        auth_token=os.environ["PLIVO_AUTH_TOKEN"],
        v3_signature=headers.get("x-plivo-signature-v3", ""))
    seen["subprotocols"] = websocket.scope["subprotocols"]
    handler = PlivoFastAPIStreamingHandler(websocket)
    format = {}

    @handler.on_start
    async def started(event):
        seen["start"] = event.model_dump(mode="json")
        format["type"] = event.start.media_format.encoding
        format["rate"] = event.start.media_format.sample_rate
        await handler.send_checkpoint("hello")

    @handler.on_media
    async def media(event):
        audio = event.get_raw_media()
        seen["media"] += 1
        seen["bytes"] += len(audio)
        await handler.send_media(audio, format["type"], format["rate"])
        if event.media.chunk % 10 == 0:
            await handler.send_checkpoint(f"chunk {event.media.chunk}")

    @handler.on_played_stream
    async def played(event):
        seen["played"].append(event.name)

    @handler.on_cleared_audio
    async def cleared(event):
        seen["cleared"] += 1

    @handler.on_dtmf
    async def dtmf(event):
        seen["dtmf"].append(event.dtmf.digit)
        await handler.send_media(b"\x30" * 8000, format["type"], format["rate"])
        await handler.send_checkpoint("never")
        await handler.send_clear_audio()

    @handler.on_error
    async def error(problem):
        seen["errors"].append(repr(problem))

    await handler.start()
    server.should_exit = True


async def main():
    global server
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    print(listener.getsockname()[1], flush=True)
    await asyncio.wait_for(server.serve(sockets=[listener]), 60)
    print(json.dumps(seen), flush=True)


asyncio.run(main())
