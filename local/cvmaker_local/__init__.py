"""The cloud on one machine: runs `template.yaml` without an account, Docker or a network."""
