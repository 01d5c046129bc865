#!/bin/sh
# Every security tool over what it is for; fails on any finding that local/security/explained.toml does not explain,
# and on any explanation that no longer explains a finding.
set -eu
home="$(cd "$(dirname "$0")/.." && pwd)"
export UV_SYSTEM_CERTS=1
environment="$home/.cvmaker/security"
stamp="$environment/.requirements"
if [ ! -x "$environment/bin/checkov" ] || ! cmp -s "$home/local/requirements-security.txt" "$stamp"; then
    "$home/.venv/bin/python" -m uv venv --quiet --clear --python "$home/.venv/bin/python" "$environment"
    "$home/.venv/bin/python" -m uv pip install --quiet --python "$environment/bin/python" -r "$home/local/requirements-security.txt"
    cp "$home/local/requirements-security.txt" "$stamp"
fi
exec "$home/.venv/bin/python" "$home/local/security/run.py" "$@"
