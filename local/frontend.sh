#!/bin/sh
# Builds the web app into frontend/dist when its sources changed. Needs Node 20 or newer; says so and goes on without.
#   local/frontend.sh [--with-browser]    the option also installs Chromium for the end-to-end tests (Debian, Ubuntu)
set -eu
cd "$(dirname "$0")/../frontend"

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo "$@"; else return 1; fi
}

if ! command -v npm >/dev/null 2>&1 || ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)'; then
    echo "frontend: Node 20 or newer is not here; the web app is not built. Everything else works." >&2
    exit 0
fi

wanted=$(cat package-lock.json package.json | cksum)
if [ "$(cat node_modules/.cvmaker 2>/dev/null || true)" != "$wanted" ]; then
    if ! npm ci --no-audit --no-fund --silent; then
        echo "frontend: npm ci failed; the web app is not built and its tests are skipped. Run it in frontend/ to see why." >&2
        exit 0
    fi
    echo "$wanted" > node_modules/.cvmaker
fi
if [ ! -f dist/index.html ] || [ -n "$(find src public index.html package-lock.json vite.config.ts -newer dist/index.html -print -quit)" ]; then
    npm run --silent build >/dev/null
    touch dist/index.html
fi

if [ "${1:-}" = "--with-browser" ] && [ -z "${CHROMIUM:-}" ] && ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
    { as_root apt-get update -qq && as_root apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1; } \
        || echo "frontend: Chromium could not be installed; the end-to-end tests will be skipped." >&2
fi
