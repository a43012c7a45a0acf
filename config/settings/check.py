"""What static tools load: no database is touched."""

from config.settings.base import *
