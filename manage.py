#!/usr/bin/env python
"""Django's command line for this product: `python manage.py help`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coordination.settings")
    # Who runs a command waits for it: a migration, the proof of the chain.
    os.environ.setdefault("DATABASE_STATEMENT_TIMEOUT", "0")
    execute_from_command_line(sys.argv)
