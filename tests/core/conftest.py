"""How hard hypothesis tries here: enough for each change; with ``GONGDAN_TEST_EXAMPLES=100000`` for a night."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "gongdan",
    max_examples=int(os.environ.get("GONGDAN_TEST_EXAMPLES") or 40),
    deadline=None,
    # The properties clean up after themselves; a database for each example would take minutes.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("gongdan")
