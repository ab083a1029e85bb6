"""What every test shares: how hard the property tests search.

Fixtures of one package live in tests/<package>/conftest.py.

Profiles, chosen by LOGE_TEST_PROFILE:

dev      200 random cases; failing examples are remembered. What a bare `pytest` runs.
ci       2,000 cases, the same ones at every run of the same code: a red run means that the change
         is wrong, not that the dice fell badly. What `make test` runs; the random profiles search.
explore  20,000 random cases. For a night, or after a change to a money rule.

A test whose cases are expensive (a state machine, a database) sets `max_examples` itself.
"""

import os

from hypothesis import settings

settings.register_profile("dev", max_examples=200, deadline=None, print_blob=True)
settings.register_profile("ci", max_examples=2_000, deadline=None, derandomize=True)
settings.register_profile("explore", max_examples=20_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("LOGE_TEST_PROFILE", "dev"))
