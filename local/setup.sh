#!/bin/sh
# Makes or refreshes .venv. Idempotent, and quick when nothing has changed. Works as root or not.
#   local/setup.sh          what `make run`, `make test` and `make dev` need
set -eu
cd "$(dirname "$0")/.."

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo "$@"; else return 1; fi
}

find_python() {
    for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python3.14; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null || continue
        echo "$candidate"
        return
    done
    fail "Python 3.11 to 3.14 is needed and was not found. On Debian or Ubuntu: apt install python3 python3-venv. On macOS: brew install python@3.13."
}

make_environment() {
    python=$(find_python)
    say "Creating .venv with $("$python" --version)"
    rm -rf .venv
    if ! "$python" -m venv .venv 2>/dev/null; then
        # Debian splits venv from Python.
        rm -rf .venv
        as_root apt-get update -qq && as_root apt-get install -y -qq python3-venv >/dev/null \
            || fail "this Python lacks the venv module. On Debian or Ubuntu: apt install python3-venv, then run make again."
        "$python" -m venv .venv || fail "could not create .venv with $python."
    fi
}

[ -x .venv/bin/python ] && .venv/bin/python -c 'pass' 2>/dev/null || make_environment

state=$(cat requirements-dev.txt pyproject.toml local/setup.sh layers/weasyprint/*.lock.json layers/weasyprint/*.py 2>/dev/null | .venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read() + sys.version.encode()).hexdigest())')
if [ "$(cat .venv/.cvmaker-setup 2>/dev/null || true)" = "$state" ]; then exit 0; fi

say "Installing packages"
# The system's certificates: networks with a proxy of their own have theirs there.
export UV_SYSTEM_CERTS=1
.venv/bin/python -m pip install --quiet --disable-pip-version-check uv || fail "could not install packages: is the network up?"
.venv/bin/python -m uv pip install --quiet --python .venv/bin/python -r requirements-dev.txt \
    || .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt \
    || fail "could not install requirements-dev.txt."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . \
    || fail "could not install cvmaker itself."

say "Preparing WeasyPrint's libraries and fonts"
if ! .venv/bin/python layers/weasyprint/build_layer.py --ensure; then
    # Another system, or no way to Debian's packages: the system's own Pango does as well, with its fonts.
    .venv/bin/python -c 'import weasyprint' 2>/dev/null \
        || { as_root apt-get update -qq && as_root apt-get install -y -qq libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 >/dev/null; } \
        || fail "Pango is missing. On Debian or Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0. On macOS: brew install pango."
fi

echo "$state" > .venv/.cvmaker-setup
