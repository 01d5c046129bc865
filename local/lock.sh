#!/bin/sh
# Writes the locks: requirements-dev.txt for this machine, and for each function and layer a requirements.txt with the
# hashes of every file that may be installed, so that what is deployed is what was reviewed.
set -eu
cd "$(dirname "$0")/.."
export UV_SYSTEM_CERTS=1
compile() { .venv/bin/python -m uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate "$@"; }

compile requirements-dev.in -o requirements-dev.txt
for wanted in functions/*/requirements.in layers/core/requirements.in; do
    lock="${wanted%.in}.txt"
    # The same versions as on this machine.
    compile --generate-hashes --constraint requirements-dev.txt "$wanted" -o "$lock.tmp"
    { echo "# Written by \`make lock\` from requirements.in: every package with the hashes of its files."; cat "$lock.tmp"; } > "$lock"
    rm "$lock.tmp"
done
