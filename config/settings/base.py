"""Settings common to every way of running. `dev`, `test` and `prod` only override."""

import os

import bootstrap_wrapper

from config.database import database_from_url
from config.environment import ROOT, read_environment

ENVIRONMENT = read_environment(production=os.environ.get("DJANGO_SETTINGS_MODULE") == "config.settings.prod")

SECRET_KEY = ENVIRONMENT.secret_key
DATA_KEY = ENVIRONMENT.data_key
DEBUG = False
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
PUBLIC_URL = ENVIRONMENT.public_url
VAR = ENVIRONMENT.var
FILES_ROOT = VAR / "files"
PDF_FONT_DIRS = list(ENVIRONMENT.font_dirs)
#: How many proxies of ours stand before the server: only what they wrote of a visitor's address is believed.
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
#: Where names and credit codes are checked (质监校验); empty: no city here is connected to a registry.
COMPANY_REGISTRY_URL = ENVIRONMENT.company_registry_url
COMPANY_REGISTRY_SECONDS = ENVIRONMENT.company_registry_seconds
#: Where house tables are fetched from (接口获取), and the key that is shown there; empty: not connected.
HOUSING_REGISTRY_URL = ENVIRONMENT.housing_registry_url
HOUSING_REGISTRY_SECONDS = ENVIRONMENT.housing_registry_seconds
HOUSING_REGISTRY_KEY = ENVIRONMENT.housing_registry_key
#: The demo city shows its test accounts on the login page; a real installation never does.
DEMO = False
DEMO_PASSWORD = ""
DEMO_PASSWORD = ""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "upkeep.web.assets.AssetsConfig",
    "django.contrib.postgres",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "lucide",
    "axes",
    "csp",
    "procrastinate.contrib.django",
    "upkeep.parties",
    "upkeep.policy",
    "upkeep.ledger",
    "upkeep.jobs",
    "upkeep.printing",
    "upkeep.casework",
    "upkeep.estate",
    "upkeep.books",
    "upkeep.banking",
    "upkeep.accounting",
    "upkeep.earnings",
    "upkeep.reconciliation",
    "upkeep.voting",
    "upkeep.publishing",
    "upkeep.identity",
    "upkeep.messaging",
    "upkeep.deposits",
    "upkeep.treasury",
    "upkeep.repairs",
    "upkeep.bank_api",
    "upkeep.closing",
    "upkeep.handover",
    "upkeep.procedures",
    "upkeep.tasks",
    "upkeep.web",
    "upkeep.commands",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "upkeep.web.idle.IdleMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "upkeep.web.middleware.ActorMiddleware",
    "upkeep.web.middleware.TransactionMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "src" / "upkeep" / "web" / "templates"],
        "OPTIONS": {
            "builtins": [
                "django_cotton.templatetags.cotton",
                "upkeep.web.templatetags.formats",
                "upkeep.web.templatetags.components",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "upkeep.web.shell.shell",
            ],
        },
    }
]
COTTON_DIR = "components"
COTTON_ISOLATE_BY_DEFAULT = True  # a component sees its attributes and the shell, not its page's variables

DATABASES = {
    "default": {
        **database_from_url(ENVIRONMENT.database_owner_url if ENVIRONMENT.as_owner else ENVIRONMENT.database_url),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
    }
}
#: The role of DATABASE_URL, which owns nothing: grants are made out to it, whichever role this process connects as.
SERVING_ROLE: str = database_from_url(ENVIRONMENT.database_url)["USER"]
#: Loaded at start in every process, so that `jobs` refuses work nobody knows how to do.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "runner"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "parties.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "upkeep.identity.authentication.CityBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "public:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours: 5 failures lock the name for 15 minutes
AXES_LOCKOUT_PARAMETERS = ["username"]  # by name: whole offices share one address
AXES_HANDLER = "upkeep.web.public.login_log.LoginHandler"
AXES_USERNAME_CALLABLE = "upkeep.web.public.login.name_that_is_locked"
AXES_RESET_ON_SUCCESS = False  # the last step of the login does it
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "upkeep.web.public.login.locked_out"

SESSION_COOKIE_AGE = 60 * 60 * 8
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "upkeep.web.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
#: Where the program of a USB key listens on the user's own computer (docs/key-protocol.md); its pages alone may ask it.
KEY_SERVICE = "http://127.0.0.1:17650"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

#: How e-mails and SMS leave (upkeep.messaging.gateways): `smtp` and `http` where the server's address is known.
MAIL_GATEWAY = "smtp" if ENVIRONMENT.mail else "none"
SMS_GATEWAY = "http" if ENVIRONMENT.sms else "none"
#: Seconds that a mail server or SMS gateway may keep us waiting at each step; less than the first pause between tries.
GATEWAY_TIMEOUT_S = 10
EMAIL_TIMEOUT = GATEWAY_TIMEOUT_S
if ENVIRONMENT.mail:
    EMAIL_HOST, EMAIL_PORT = ENVIRONMENT.mail.host, ENVIRONMENT.mail.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENVIRONMENT.mail.user, ENVIRONMENT.mail.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = ENVIRONMENT.mail.tls, ENVIRONMENT.mail.starttls
    DEFAULT_FROM_EMAIL = ENVIRONMENT.mail.sender
SMS_URL = ENVIRONMENT.sms.url if ENVIRONMENT.sms else ""
SMS_KEY = ENVIRONMENT.sms.key if ENVIRONMENT.sms else ""
SMS_SECRET = ENVIRONMENT.sms.secret if ENVIRONMENT.sms else ""

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [("bootstrap", bootstrap_wrapper.get_bootstrap_dir())]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(FILES_ROOT)}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# auth.W004: login names are unique within city and realm, which the authentication backend knows.
SILENCED_SYSTEM_CHECKS = ["axes.W006", "auth.W004"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"upkeep": {"level": "INFO"}, "procrastinate": {"level": "WARNING"}},
}
