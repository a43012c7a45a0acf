"""The demo city and development: what `./run` serves."""

from config.settings.base import *

DEMO = True
DEMO_PASSWORD = "upkeep-demo-2026"
