"""A small `serve` for the tests: `python serve_example.py DATA PORT`.

Its server answers on PORT and keeps a helper process, like a real one; a second child does nothing.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from sijill.host import Child, Endpoints, HostError, Register, supervise

SERVER = """
import http.server, subprocess, sys
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.BaseHTTPRequestHandler).serve_forever()
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def say(sentence: str) -> None:
    """This will print one line to standard error."""
    print(sentence, file=sys.stderr, flush=True)


def main(data: str, port: str, stubborn: str = "") -> int:
    """Serve until told to stop."""

    def children(_endpoints: Endpoints) -> Sequence[Child]:
        worker = STUBBORN if stubborn else "import time; time.sleep(600)"
        return [
            Child("server", (sys.executable, "-c", SERVER, port), os.environ),
            Child("worker", (sys.executable, "-c", worker), os.environ),
        ]

    try:
        return supervise(Register(Path(data), durable=False, say=say), children, port=int(port), say=say)
    except HostError as error:
        say(f"{error.code}: {error.sentence}")
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
