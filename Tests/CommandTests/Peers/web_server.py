"""A server that is none of ours: Python's own http.server for what platforms ask and tell, and the
`websockets` of Debian for the bot. Prints its HTTP port; GET /seen gives all that was asked, as JSON."""

import asyncio
import http.server
import json
import socket
import threading
import time

import websockets

seen = []
counts = {}
bots = {}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        path, _, query = self.path.partition("?")
        status, kind, text = 200, "text/plain", "ok"
        if path == "/seen":
            text = json.dumps(seen)
        else:
            signed = any(name.lower().endswith("-signature-v3") for name in self.headers)
            seen.append(
                {
                    "method": self.command,
                    "path": path,
                    "query": query,
                    "body": body,
                    "type": self.headers.get("content-type") or "",
                    "signed": signed,
                    "authorization": self.headers.get("authorization") or "",
                }
            )
        counts[path] = counts.get(path, 0) + 1
        if path == "/lookup":
            kind, text = "application/json", json.dumps({"url": bots["reads"] + "?ref=7"})
        elif path in ("/answer", "/answer-deaf"):
            bot = bots["deaf" if path == "/answer-deaf" else "reads"]
            kind = "application/xml"
            text = (
                '<Response><Stream bidirectional="true" keepCallAlive="true" '
                'contentType="audio/x-mulaw;rate=8000" extraHeaders="a=1" '
                f'statusCallbackUrl="{self.base()}/status">{bot}</Stream></Response>'
            )
        elif path == "/passthru":
            status = 302
        elif path == "/flaky" and counts[path] == 1:
            status = 500
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def base(self):
        return f"http://127.0.0.1:{self.server.server_port}"


async def reads(ws):
    async for message in ws:
        event = json.loads(message)
        if event["event"] == "start":
            seen.append({"start": event})
        if event["event"] == "stop":
            return


async def deaf(ws):
    await ws.recv()
    # As long as nobody would wait; the platform ends it.
    time.sleep(20)


def listen():
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    server.bind(("127.0.0.1", 0))
    return server


async def main():
    for name, bot in (("reads", reads), ("deaf", deaf)):
        door = listen()
        bots[name] = f"ws://127.0.0.1:{door.getsockname()[1]}/{name}"
        if name == "deaf":
            # A thread of its own: it blocks its loop.
            threading.Thread(target=lambda d=door: asyncio.run(serve(deaf, d)), daemon=True).start()
        else:
            await websockets.serve(bot, sock=door)
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    print(web.server_port, flush=True)
    await asyncio.sleep(120)


async def serve(bot, door):
    async with websockets.serve(bot, sock=door, max_queue=1, ping_interval=None):
        await asyncio.sleep(120)


asyncio.run(main())
