"""Drives the package telcoflow 1.0.0 as the client of one call and prints what it saw as JSON.

    telcoflow_client.py PORT ECHO_BYTES MODE

MODE is echo, unanswered, modes, refused, hangup or interrupt. With the files of a certificate and of
its key in CLIENT_CERTIFICATE and CLIENT_KEY it speaks mutual TLS.
"""

import asyncio
import json
import os
import sys

from telcoflow import CallAudioConfig, SessionManager, SessionManagerConfig

PORT, ECHO_BYTES, MODE = sys.argv[1], int(sys.argv[2]), sys.argv[3]
SEEN = {"results": [], "terminated": 0, "heard": 0}


def note(name, result):
    SEEN["results"].append([name, bool(result.success), result.error_code])
    return result


async def echo(call, until=None):
    sent = 0
    async for chunk in call.audio_stream():
        SEEN["heard"] += len(chunk)
        piece = chunk[: ECHO_BYTES - sent]
        if piece:
            await call.send_audio(piece)
            sent += len(piece)
        elif until == "sent":
            break
    SEEN["sent"] = sent


async def talk(call):
    if MODE == "refused":
        note("answer", await call.answer())
    note("answer", await call.answer())
    if MODE in ("echo", "refused"):
        await echo(call, until="sent")
        await asyncio.sleep(1)
        note("close", await call.close())
    elif MODE == "unanswered":
        note("connect", await call.connect(ring_time_seconds=2))
        note("connect", await call.connect(ring_time_seconds=5))
        note("disconnect", await call.disconnect())
    elif MODE == "modes":
        note("whisper", await call.whisper())
        note("connect", await call.connect(ring_time_seconds=5))
        note("whisper", await call.whisper())
        note("barge", await call.barge())
        note("spy", await call.spy())
        note("close", await call.close())
    elif MODE == "hangup":
        await echo(call)
    elif MODE == "interrupt":
        await call.send_audio(b"\x01\x02" * 64_000)
        await asyncio.sleep(0.5)
        SEEN["dropped"] = await call.clear_send_audio_buffer()
        SEEN["queued"] = await call.get_send_audio_buffer_size()
        note("close", await call.close())


async def main():
    audio = CallAudioConfig(sample_rate=16000)
    if "CLIENT_KEY" in os.environ:
        config = SessionManagerConfig.create(
            cert_path=os.environ["CLIENT_CERTIFICATE"],
            key_path=os.environ["CLIENT_KEY"],
            base_url=f"wss://localhost:{PORT}",
            call_audio=audio,
        )
    else:
        config = SessionManagerConfig.create(
            api_key="right-key",
            connector_uuid="connector-7",
            base_url=f"ws://127.0.0.1:{PORT}",
            call_audio=audio,
        )
    over = asyncio.Event()
    async with SessionManager(config) as manager:

        @manager.on_session_notification
        async def notified(notification):
            session = await manager.open_session(notification.session_id)

            @session.on_incoming_call
            async def incoming(call):
                SEEN["from"], SEEN["to"] = call.caller_number, call.callee_number

                @call.on_terminated
                async def terminated():
                    SEEN["terminated"] += 1

                try:
                    await talk(call)
                except Exception as error:
                    SEEN["error"] = repr(error)

            @session.on_closed
            async def closed(reason):
                SEEN["closed"] = reason.value
                over.set()

            await session.ready()

        await asyncio.wait_for(over.wait(), 40)
        # The end of the call is told on another link than that of the session.
        await asyncio.sleep(0.5)


asyncio.run(main())
print(json.dumps(SEEN))
