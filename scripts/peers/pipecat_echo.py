"""A pipecat bot as its authors' guide has it, with pipecat's own Twilio serializer: gives back what it hears.

Prints the port that it listens on. Needs pipecat-ai, fastapi and uvicorn.
"""
import asyncio
import socket
import warnings

warnings.filterwarnings("ignore")

from loguru import logger

logger.remove()

import uvicorn
from fastapi import FastAPI, WebSocket
from pipecat.frames.frames import InputAudioRawFrame, OutputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineParams, PipelineTask
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.runner.utils import parse_telephony_websocket
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport

app = FastAPI()


class Echo(FrameProcessor):
    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            frame = OutputAudioRawFrame(
                audio=frame.audio, sample_rate=frame.sample_rate, num_channels=1)
        await self.push_frame(frame, direction)


@app.websocket("/{path:path}")
async def call(websocket: WebSocket):
    await websocket.accept()
    _, names = await parse_telephony_websocket(websocket)
    serializer = TwilioFrameSerializer(
        stream_sid=names["stream_id"], call_sid=names["call_id"],
        params=TwilioFrameSerializer.InputParams(auto_hang_up=False))
    transport = FastAPIWebsocketTransport(
        websocket=websocket,
        params=FastAPIWebsocketParams(
            audio_in_enabled=True, audio_out_enabled=True, add_wav_header=False,
            serializer=serializer))
    task = PipelineTask(
        Pipeline([transport.input(), Echo(), transport.output()]),
        params=PipelineParams(audio_in_sample_rate=8000, audio_out_sample_rate=8000))

    @transport.event_handler("on_client_disconnected")
    async def gone(*_):
        await task.cancel()

    await PipelineRunner(handle_sigint=False).run(task)


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
config = uvicorn.Config(app, log_level="error", lifespan="off")
asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))
