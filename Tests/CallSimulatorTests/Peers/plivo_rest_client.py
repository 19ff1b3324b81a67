"""Plivo's own SDK as a customer's server uses it.

plivo_rest_client.py bot STREAM: serves /answer, whose XML the SDK makes and whose signature it checks; prints
its port, and after the call what it saw.
plivo_rest_client.py rest BASE STREAM: places a call through the REST interface at BASE, looks at its
streams, starts and stops one, hangs up; prints what it saw.
"""

import http.server
import json
import os
import sys
import threading
import time
import urllib.parse

import plivo
import plivo.rest.client
from plivo import plivoxml
from plivo.exceptions import AuthenticationError, ResourceNotFoundError, ValidationError
from plivo.utils import validate_v3_signature

TOKEN = os.environ["PLIVO_AUTH_TOKEN"]
seen = {"signed": 0, "unsigned": 0, "events": [], "answered": []}


class Bot(http.server.BaseHTTPRequestHandler):
    stream = ""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        url = f"http://{self.headers['Host']}{self.path}"
        right = validate_v3_signature(
            "POST", url, self.headers["X-Plivo-Signature-V3-Nonce"], TOKEN,
            self.headers["X-Plivo-Signature-V3"], fields,
        )
        seen["signed" if right else "unsigned"] += 1
        if self.path.startswith("/answer"):
            stream = plivoxml.StreamElement(
                Bot.stream, bidirectional=True, keepCallAlive=True,
                contentType="audio/x-mulaw;rate=8000",
                statusCallbackUrl=f"http://{self.headers['Host']}/status",
            )
            answer = plivoxml.ResponseElement().add(stream).to_string()
        elif self.path.startswith("/quiet"):
            # The call is up meanwhile, and a stream may be started on it.
            time.sleep(0.3)
            answer = plivoxml.ResponseElement().add(plivoxml.WaitElement(length=60)).to_string()
        else:
            seen["events"].append(fields.get("Event"))
            answer = ""
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.end_headers()
        self.wfile.write(answer.encode())
        seen["answered"].append(self.path)

    def log_message(self, *_):
        pass


def serve(stream):
    Bot.stream = stream
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bot)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def until(condition):
    for _ in range(400):
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise TimeoutError(f"still waiting; seen so far: {json.dumps(seen)}")


def refusal(act):
    try:
        act()
    except (AuthenticationError, ResourceNotFoundError, ValidationError) as error:
        return type(error).__name__
    except Exception as error:
        return str(error)
    return "none"


def rest(base, stream):
    for name in dir(plivo.rest.client):
        if name.endswith("BASE_URI") or "BASE_URI_FALLBACK" in name:
            setattr(plivo.rest.client, name, f"{base}/v1/Account")
    account = os.environ["PLIVO_AUTH_ID"]
    client = plivo.RestClient(account, TOKEN, timeout=20)
    port = serve(stream)
    calls = client.calls
    placed = calls.create(
        from_="14155551234", to_="919812345670", answer_url=f"http://127.0.0.1:{port}/answer",
        answer_method="POST",
    )
    call = placed["request_uuid"]
    until(lambda: "StartStream" in seen["events"])
    streams = calls.get_all_streams(call)
    first = streams["objects"][0]
    seen["status"] = first["status"]
    seen["content_type"] = calls.get_details_of_specific_stream(call, first["stream_id"])["content_type"]
    seen["second"] = refusal(lambda: calls.start_stream(call, stream, bidirectional=True))
    seen["throttled"] = refusal(lambda: calls.send_digits(call, "1"))
    calls.hangup(call)
    seen["gone"] = refusal(lambda: calls.hangup(call))

    quiet = calls.create(
        from_="14155551234", to_="919812345670", answer_url=f"http://127.0.0.1:{port}/quiet",
        answer_method="POST",
    )["request_uuid"]
    asked = seen["signed"]
    until(lambda: seen["signed"] >= asked)
    started = until(lambda: start(calls, quiet, stream, port))
    seen["message"] = started["message"]
    until(lambda: seen["events"].count("StartStream") == 2)
    # The document that comes afterwards leaves the stream alone.
    until(lambda: "/quiet" in seen["answered"])
    time.sleep(0.2)
    seen["kept"] = calls.get_details_of_specific_stream(quiet, started["stream_id"])["status"]
    calls.delete_specific_stream(quiet, started["stream_id"])
    until(lambda: seen["events"].count("StopStream") == 2)
    calls.hangup(quiet)
    wrong = plivo.RestClient(account, "wrong", timeout=20)
    seen["wrong"] = refusal(lambda: wrong.calls.get_all_streams(call))
    seen["bad"] = refusal(lambda: calls.create(from_="1", to_="2", answer_url="x", answer_method="PUT"))


def start(calls, call, stream, port):
    """A call that is not answered yet has no streams."""
    try:
        return calls.start_stream(
            call, stream, bidirectional=True, content_type="audio/x-l16;rate=16000",
            status_callback_url=f"http://127.0.0.1:{port}/status", status_callback_method="POST",
        )
    except ValidationError:
        return None


if sys.argv[1] == "bot":
    print(serve(sys.argv[2]), flush=True)
    until(lambda: "StopStream" in seen["events"])
else:
    rest(sys.argv[2], sys.argv[3])
print(json.dumps(seen))
