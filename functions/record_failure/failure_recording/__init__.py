"""Turning whatever ended a job into an error.json a person can act on."""
