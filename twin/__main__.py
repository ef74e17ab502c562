"""The command ``twin`` from its first moment on, also as ``python -m twin`` where it is not on the path."""

from __future__ import annotations

import sys

INTERRUPTED = 130
STOPPED = "twin: stopped; the store is as it was, or as far as it was done. Call again to go on."


def run() -> None:
    """Run ``twin``; Ctrl-C is told in one sentence, in the seconds too in which Python still reads the program."""
    try:
        from twin.cli import main

        main(prog_name="twin")
    except KeyboardInterrupt:
        sys.stderr.write(f"{STOPPED}\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    run()
