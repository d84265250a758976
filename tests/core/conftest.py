"""How hard hypothesis tries here: enough for each change, not for a night."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "gongdan",
    max_examples=40,
    deadline=None,
    # The properties clean up after themselves; a database for each example would take minutes.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("gongdan")
