"""Calls a bot as Plivo would and reads its messages with the models of Plivo's own stream SDK.

Usage: plivo_sdk_platform.py URL. Prints what it read, as JSON.
"""
import asyncio
import base64
import json
import sys

import websockets
from pydantic import ConfigDict
from plivo_stream import types

STREAM = "b2c7a5f0-31c4-4d59-9b1e-0d5a8e7f6a21"
MODELS = {
    "playAudio": types.PlayAudioEvent,
    "checkpoint": types.CheckpointEvent,
    "clearAudio": types.ClearAudioEvent,
}


async def main():
    read = {"playAudio": 0, "checkpoint": 0, "clearAudio": 0, "sendDTMF": 0, "sizes": [],
            "labels": [], "audio": "", "others": [], "subprotocol": None, "closed": None}
    audio = b""
    async with websockets.connect(sys.argv[1], subprotocols=["audio.plivo.com"]) as socket:
        read["subprotocol"] = socket.subprotocol
        number = 0

        async def send(event, **members):
            nonlocal number
            number += 1
            await socket.send(json.dumps({"sequenceNumber": number, "event": event, **members}))

        await send("start", start={
            "callId": "7f1d6c52-9a0e-4b6f-8f0e-2b1d6f3a9c11", "streamId": STREAM,
            "accountId": "MAXXEXAMPLEEXAMPLE01", "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000}}, extra_headers="a=b")
        await send("dtmf", streamId=STREAM, dtmf={
            "track": "inbound", "digit": "1", "timestamp": "1767225606180"}, extra_headers="a=b")
        try:
            while True:
                text = await asyncio.wait_for(socket.recv(), 20)
                message = json.loads(text)
                event = message["event"]
                if event == "sendDTMF":
                    assert set(message) == {"event", "dtmf"}, message
                    read["sendDTMF"] += 1
                    continue
                model = MODELS[event].model_validate_json(text, strict=True)
                read[event] += 1
                assert message["streamId"] == STREAM, message
                if event == "playAudio":
                    payload = base64.b64decode(model.media.payload, validate=True)
                    audio += payload
                    read["sizes"].append(len(payload))
                    read["labels"].append([model.media.content_type, model.media.sample_rate])
                elif event == "checkpoint":
                    await send("playedStream", streamId=STREAM, name=model.name)
                else:
                    await send("clearedAudio", streamId=STREAM)
        except websockets.ConnectionClosed as closed:
            read["closed"] = closed.rcvd.code if closed.rcvd else None
    read["audio"] = base64.b64encode(audio).decode()
    print(json.dumps(read), flush=True)


asyncio.run(main())
