#!/usr/bin/env python
"""Django's command line; `manage.py help` lists what there is."""

import gc
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    # Hardly anything of what is read in at the start is garbage; looking for it takes a tenth of the start.
    gc.set_threshold(20_000, 20, 20)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kezsite.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"kez-chat does not start: {error}")
