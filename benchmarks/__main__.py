"""`python -m benchmarks NAME`: measure what the issues promise, against limits, on a register of its own."""

import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"


def main(argv: list[str]) -> int:
    """Run the benchmark that is named. Returns the exit status: 1 when a limit is missed."""
    if not argv or argv[0] != "ledger":
        sys.stderr.write("python -m benchmarks ledger [--small]\n")
        return 2
    if str(SOURCE) not in sys.path:
        sys.path.insert(0, str(SOURCE))
    from benchmarks import ledger  # noqa: PLC0415

    return ledger.main(argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
