"""What the web client does, for scripts: log in, call methods, press buttons."""

import http.cookiejar
import json
import time
import urllib.request


class OdooError(Exception):
    """The server's own words about a call that failed."""


class WebClient:
    """A session of one user on one database, over the web client's own HTTP calls."""

    def __init__(self, url, database, login="admin", password="admin"):
        self.url = url
        cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(cookies)
        )
        self._post(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": password},
        )

    def call(self, model, method, *args, **kwargs):
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def search(self, model, domain, fields, **kwargs):
        return self.call(model, "search_read", domain, fields, **kwargs)

    def create(self, model, *values):
        return self.call(model, "create", list(values))

    def count(self, model, domain):
        return self.call(model, "search_count", domain)

    def wait(self, what, condition, seconds=180, pause=0.5):
        """Until ``condition()`` holds; the answer, or an OdooError after ``seconds``."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            answer = condition()
            if answer:
                return answer
            time.sleep(pause)
        raise OdooError(f"Waited {seconds} s in vain: {what}")

    def _post(self, path, params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        request = urllib.request.Request(
            self.url + path, body.encode(), {"Content-Type": "application/json"}
        )
        with self.opener.open(request, timeout=300) as response:
            answer = json.load(response)
        if answer.get("error"):
            data = answer["error"].get("data") or {}
            raise OdooError(data.get("message") or answer["error"]["message"])
        return answer.get("result")


def get_json(url):
    with urllib.request.urlopen(url, timeout=60) as response:
        return json.load(response)


def post_json(url, body):
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.loads(response.read() or "null")
