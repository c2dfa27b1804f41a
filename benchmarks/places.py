"""Where the benchmarks find PostgreSQL and Redis: as the tests do."""

from __future__ import annotations

import os

POSTGRES = os.environ.get("TEST_DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
REDIS = os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379/14"
