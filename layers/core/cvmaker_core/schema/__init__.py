"""The data that passes between stages, as Pydantic models. See `docs/artefacts.md`."""
