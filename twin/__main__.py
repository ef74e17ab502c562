"""``python -m twin``: the command ``twin`` where it is not on the path."""

from twin.cli import main

main(prog_name="twin")
