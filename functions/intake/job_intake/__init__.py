"""Turning what arrived (an S3 event, an API start, a file dropped by hand) into a claimed job."""
