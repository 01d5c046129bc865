"""The fault matrix: how the pipeline survives every failure of every call it makes."""
