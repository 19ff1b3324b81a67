"""Opens calls one after the other, as platforms do, until told to stop by a line on standard input.

    connects.py PORT

Each connection asks for an upgrade, says a start and is closed. Prints JSON: how many were opened, what
refused the others, and the longest that one waited for its answer.
"""
import asyncio
import json
import sys
import time

import websockets

START = {
    "event": "start", "stream_sid": "s", "start": {
        "stream_sid": "s", "call_sid": "c", "account_sid": "a", "from": "1", "to": "2",
        "media_format": {"encoding": "base64", "sample_rate": "8000", "bit_rate": "128kbps"}}}


async def caller(url, found, stop):
    while not stop.is_set():
        began = time.monotonic()
        try:
            async with websockets.connect(url, open_timeout=10) as socket:
                found["slowest"] = max(found["slowest"], time.monotonic() - began)
                await socket.send(json.dumps(START))
                found["opened"] += 1
        except Exception as error:
            found["refused"].append(f"{type(error).__name__}: {error}"[:200])
        await asyncio.sleep(0.005)


async def main(port):
    found = {"opened": 0, "refused": [], "slowest": 0.0}
    stop = asyncio.Event()
    callers = [
        asyncio.create_task(caller(f"ws://127.0.0.1:{port}/exotel", found, stop))
        for _ in range(8)]
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    stop.set()
    await asyncio.gather(*callers)
    print(json.dumps(found))

asyncio.run(main(sys.argv[1]))
