"""Starts the product's worker with a mail server on this machine: `worker.py PORT [arguments of work]`."""

import sys

import django
from django.conf import settings
from django.core.management import call_command

from tests.messaging.servers import use_mail_server

if __name__ == "__main__":
    django.setup()
    use_mail_server(settings, int(sys.argv[1]))
    settings.EMAIL_TIMEOUT = 60
    call_command("work", *sys.argv[2:])
