"""`python -m benchmarks NAME`: measure what the issues promise, against limits, on a register of its own."""

import importlib
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"
NAMES = ("ledger", "pages")


def main(argv: list[str]) -> int:
    """Run the benchmark that is named. Returns the exit status: 1 when a limit is missed."""
    if not argv or argv[0] not in NAMES:
        sys.stderr.write(f"python -m benchmarks {' | '.join(NAMES)} [--small]\n")
        return 2
    if str(SOURCE) not in sys.path:
        sys.path.insert(0, str(SOURCE))
    status: int = importlib.import_module(f"benchmarks.{argv[0]}").main(argv[1:])
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
