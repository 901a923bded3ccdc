"""The door for a web server that speaks WSGI."""

import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sijill.config.settings")
application = get_wsgi_application()
import_module("sijill.interfaces.web.notice").look()  # once: is it a demo? No page asks again.
gc.freeze()  # what was loaded stays: it is not searched for garbage while pages are answered
