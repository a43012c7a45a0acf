"""The demo city and development: what `./run` serves."""

from config.settings.base import *

DEMO = True
