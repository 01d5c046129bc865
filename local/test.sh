#!/bin/sh
# Everything CI checks, cheapest first. Prints one closing line a step; stops at the first failure.
set -eu
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step "ruff"
.venv/bin/ruff check .
.venv/bin/ruff format --check .

step "types"
.venv/bin/python local/check_types.py

step "web app"
local/frontend.sh --with-browser
if [ -f frontend/node_modules/.cvmaker ]; then (cd frontend && npm run --silent check && npm run --silent test); fi

step "sam"
local/sam.sh --version

step "tests"
.venv/bin/pytest -q "$@"
