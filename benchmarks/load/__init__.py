"""Many jobs at once, with a provider that admits few requests a second."""
