"""The WSGI entry that granian serves; closed while the database's guards are not in place."""

from django.core.wsgi import get_wsgi_application

from upkeep.web.health import GuardedApplication
from upkeep.web.memory import keep_for_good

application = GuardedApplication(get_wsgi_application())
keep_for_good()
