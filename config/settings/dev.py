"""The demo city and development: what `./run` serves."""

from config.settings.base import *

DEMO = True
DEMO_PASSWORD = "upkeep-demo-2026"
# Nothing leaves the demo: its SMS and e-mails are read at /outbox/.
MAIL_GATEWAY = SMS_GATEWAY = "outbox"
