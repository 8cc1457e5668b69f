"""`python sandbox --port 8890 --seed 1`: the sandbox as a process of its own."""

import argparse
import signal
import sys
import threading
from pathlib import Path


def main():
    if not __package__:
        # Run as a folder: Python put the folder itself on sys.path, where its files
        # would shadow others; the package must be found from the one above.
        folder = Path(__file__).resolve().parent
        sys.path[0] = str(folder.parent)
    from sandbox import Sandbox

    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8890, help="0 picks a free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--empty", action="store_true", help="no sellers, no orders")
    parser.add_argument(
        "--rate-factor",
        type=float,
        default=1.0,
        help="multiplies Amazon's rates and bursts; 0 means no limits",
    )
    parser.add_argument("--verbose", action="store_true", help="log every request")
    options = parser.parse_args()

    sandbox = Sandbox(
        seed=None if options.empty else options.seed,
        rate_factor=options.rate_factor or None,
        keep_calls=1000,
    )
    sandbox.start(port=options.port, verbose=options.verbose)
    print(f"Sandbox listening on {sandbox.url}", flush=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    sandbox.stop()


if __name__ == "__main__":
    main()
