"""Settings of the property tests: the clock decides nothing, and every run draws the same cases."""

from hypothesis import settings

settings.register_profile("recommender", deadline=None, max_examples=25, derandomize=True, print_blob=True)
settings.load_profile("recommender")
