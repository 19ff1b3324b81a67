"""A client of Exotel's REST interface, of the standard library alone; prints what it saw as JSON.

exotel_client.py leg BASE BOT: runs the documented flow of an outbound leg.
exotel_client.py ask BASE: shows how requests are refused, without credentials.
"""

import http.server
import json
import queue
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

ACCOUNT = "acmevoice1"
events = queue.Queue()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        events.put(({k.lower(): v for k, v in self.headers.items()}, json.loads(body)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def ask(method, url, body=None, headers={}):
    request = urllib.request.Request(url, method=method, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read().decode()


def post(url, value):
    return ask("POST", url, json.dumps(value).encode(), {"Content-Type": "application/json"})


def leg(base, bot):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    legs = f"{base}/v2/accounts/{ACCOUNT}/legs"
    order = {
        "contact_uri": "09812345670",
        "exophone": "04440001234",
        "leg_event_endpoint": f"http://127.0.0.1:{server.server_port}/events",
        "custom_param": "c-8817",
    }
    status, _, body = post(legs, order)
    sid = json.loads(body)["response"]["data"]["leg_sid"]
    actions = f"{legs}/{sid}/actions"
    seen = []
    fields = {"status": status}
    while True:
        headers, event = events.get(timeout=30)
        name = event["event_name"]
        seen.append(name)
        assert event["data"]["leg_sid"] == sid
        assert event["action_custom_parameter"] == "c-8817"
        assert headers["x-exotel-request-id"] == event["event_sid"] + "-1"
        if name == "leg_answered":
            post(f"{actions}/start_say", {"text": "Hello, one moment please, I am coming. " * 8, "loop": 1})
            post(f"{actions}/start_stream", {"direction": "bidirectional", "url": bot})
        elif name == "stream_started":
            fields["stream"] = event["event_data"]["data"]["stream_sid"]
            post(f"{actions}/stop_say", {})
            counted = ask("GET", f"{base}/v1/Accounts/{ACCOUNT}/ActiveStreams")[2]
            fields["xml"] = counted
            post(f"{actions}/hangup", {})
        elif name == "leg_terminated":
            break
    status, _, body = ask("GET", f"{legs}/{sid}/external-events?event_name=leg_answered")
    fields["pulled"] = len(json.loads(body)["response"]["data"])
    fields["again"] = post(f"{actions}/start_say", {"text": "x"})[0]
    fields["events"] = seen
    return fields


def refusals(base):
    form = {"From": "+919812345670", "CallerId": "04440001234", "StreamType": "bidirectional"}
    calls = f"{base}/v1/Accounts/{ACCOUNT}/Calls/connect"

    def connect(path, **fields):
        return ask("POST", path, urllib.parse.urlencode(form | fields).encode())

    legs = f"{base}/v2/accounts/{ACCOUNT}/legs"
    return {
        "missing": [connect(calls + ".json")[0], connect(calls)[2]],
        "both": connect(calls + ".json", StreamUrl="wss://a/b", Url="https://my.exotel.com/x")[0],
        "case": ask("GET", f"{base}/v1/accounts/{ACCOUNT}/activestreams")[0],
        "account": ask("GET", f"{base}/v1/Accounts/other/ActiveStreams")[0],
        "leg": post(legs, {"contact_uri": "098"})[0],
        "unknown": post(f"{legs}/nosuch/actions/hangup", {})[0],
        "throttled": [
            (status, headers.get("retry-after"))
            for status, headers, _ in [post(legs, {}) for _ in range(2)]
        ][-1],
    }


if sys.argv[1] == "leg":
    print(json.dumps(leg(sys.argv[2], sys.argv[3])))
else:
    print(json.dumps(refusals(sys.argv[2])))
