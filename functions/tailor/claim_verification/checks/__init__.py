"""The checks, by what they look at. Each takes an `Alignment` and yields reasons to reject."""
