"""Servers in the background: started, remembered in a file, and stopped by their own id."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from settings import LOGS, RUN, Problem

PIDS = RUN / "pids"


class Server:
    """A process of ours with its log and, once it is known, its address."""

    def __init__(self, name, process, log, url=None):
        self.name = name
        self.process = process
        self.pid = process.pid
        self.log = log
        self.url = url

    def alive(self):
        return self.process.poll() is None

    def tail(self, lines=40):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def kill(self):
        """Take it down without warning, as a crash would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        (PIDS / f"{self.name}.json").unlink(missing_ok=True)

    def stop(self, timeout=15):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            pass
        self.kill()

    def wait_for(self, condition, what, timeout=60):
        """Poll ``condition`` until it returns something; the process must stay alive."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            if not self.alive():
                raise Problem(
                    f"{self.name} ended with {self.process.returncode}:\n{self.tail()}"
                )
            time.sleep(0.1)
        raise Problem(
            f"{self.name}: {what} not within {timeout} s, see {self.log}\n{self.tail()}"
        )

    def wait_for_url_in_log(self, timeout=60):
        def printed():
            return re.search(
                r"https?://127\.0\.0\.1:\d+", self.log.read_text(errors="replace")
            )

        self.url = self.wait_for(printed, "its address", timeout)[0]
        return self.url

    def wait_for_answer(self, path="/", timeout=120):
        self.wait_for(
            lambda: answers(self.url + path), f"an answer at {self.url}{path}", timeout
        )


def answers(url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(url, timeout=10).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def free_port(preferred=0):
    """The preferred port if nobody has it, else any free one."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return probe.getsockname()[1]
    raise Problem("no free port on 127.0.0.1")


def start(name, command, env, cwd=None):
    """Start a server in a session of its own, so that Ctrl-C reaches only us."""
    for folder in (LOGS, PIDS):
        folder.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}.log"
    with open(log, "w") as output:
        process = subprocess.Popen(
            list(map(str, command)),
            env={**env, "PYTHONUNBUFFERED": "1"},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    note = {"pid": process.pid, "born": _born(process.pid)}
    (PIDS / f"{name}.json").write_text(json.dumps(note))
    return Server(name, process, log)


def stop_remembered():
    """Stop what an earlier command of this checkout left running."""
    stopped = []
    for path in PIDS.glob("*.json"):
        note = json.loads(path.read_text())
        pid = note["pid"]
        if (
            _born(pid) == note["born"]
        ):  # else the number belongs to somebody else by now
            stopped.append(path.stem)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGTERM)
                for _ in range(100):
                    if _born(pid) is None:
                        break
                    time.sleep(0.1)
                os.killpg(pid, signal.SIGKILL)
        path.unlink(missing_ok=True)
    return stopped


def _born(pid):
    """When a process started, in ticks since boot; None if there is none or it is a zombie."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]
