#!/bin/sh
# The SAM CLI, installed on first use in an environment of its own: it pins older versions of what we use.
#   local/sam.sh validate --lint
set -eu
home="$(cd "$(dirname "$0")/.." && pwd)"
export UV_SYSTEM_CERTS=1
if [ ! -x "$home/.cvmaker/sam/bin/sam" ]; then
    "$home/.venv/bin/python" -m uv venv --quiet --clear --python "$home/.venv/bin/python" "$home/.cvmaker/sam"
    "$home/.venv/bin/python" -m uv pip install --quiet --python "$home/.cvmaker/sam/bin/python" -r "$home/local/requirements-sam.txt"
fi
export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-eu-west-1}"
exec "$home/.cvmaker/sam/bin/sam" "$@"
