"""The test suite: the same product on a throw-away database, with cheap password hashes and plain static files."""

from config.settings.base import *

DEMO = True
DEMO_PASSWORD = "upkeep-demo-2026"
MAIL_GATEWAY = SMS_GATEWAY = "outbox"
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
#: Static files come from where they are written; nothing has to be collected first.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# WhiteNoise warns about a folder that is not there yet, and a warning fails a test.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES["default"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
