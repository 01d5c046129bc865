#!/bin/sh
# sam build without Docker, for one architecture, byte-compiled.
#   local/build.sh arm64|x86_64 [more options of sam build]
# Lambda's package folders are read-only and pip ships no .pyc: without them every cold start compiles
# WeasyPrint, openai and the rest again (1-2 s). They are made by the runtime's own Python version and
# checked by hash, so that a file changed later can never run stale.
set -eu
cd "$(dirname "$0")/.."
architecture=${1:-arm64}
[ $# -gt 0 ] && shift
runtime=$(sed -n 's/^ *Runtime: python//p' template.yaml | head -n 1)

local/setup.sh
if [ ! -x .cvmaker/sam/bin/sam ]; then
    # In an environment of its own: it pins older versions of what we use.
    .venv/bin/python -m uv venv --quiet .cvmaker/sam
    .venv/bin/python -m uv pip install --quiet --python .cvmaker/sam/bin/python -r local/requirements-sam.txt
fi

PATH="$PWD/.venv/bin:$PATH" ARCH="$architecture" ARCHITECTURES="$architecture" SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-eu-west-1}" \
    .cvmaker/sam/bin/sam build --beta-features --parameter-overrides "FunctionArchitecture=$architecture" "$@"

find_runtime_python() {
    for candidate in "python$runtime" "/usr/bin/python$runtime" "$HOME/.pyenv/versions/$runtime".*/bin/python "$HOME/.local/share/uv/python/cpython-$runtime"*/bin/python3; do
        if "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$runtime')" 2>/dev/null; then echo "$candidate"; return; fi
    done
    return 1
}

if python=$(find_runtime_python); then
    "$python" -m compileall -q -f --invalidation-mode checked-hash -j 0 .aws-sam/build >/dev/null || true
    echo "Byte-compiled with $("$python" --version)."
else
    echo "Python $runtime is not here: built without .pyc. Functions work, and start a second or two slower."
fi
