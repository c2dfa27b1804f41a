"""``DATABASE_URL`` as the variables that PostgreSQL's own programs read: no password in a list of processes.

Prints lines for a shell's ``eval``.
"""

from __future__ import annotations

import os
import shlex
import sys

from psycopg import pq

for option in pq.Conninfo.parse(os.environ["DATABASE_URL"].encode()):
    if option.val and option.envvar:
        value = shlex.quote(option.val.decode())
        sys.stdout.write(f"export {option.envvar.decode()}={value}\n")
