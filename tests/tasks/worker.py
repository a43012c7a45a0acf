"""Starts the product's worker with the handlers of the tests loaded beside its own."""

import sys

import django
from django.core.management import call_command

from tests.jobs import handlers

if __name__ == "__main__":
    django.setup()
    assert handlers.watch is None
    call_command("work", *sys.argv[1:])
