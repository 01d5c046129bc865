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
PATH="$PWD/.venv/bin:$PATH" ARCH="$architecture" ARCHITECTURES="$architecture" \
    local/sam.sh build --beta-features --no-cached --parallel --parameter-overrides "FunctionArchitecture=$architecture" "$@"

# What is deployed from here must be of the architecture that was built: the default for a new stack, and the only value
# that an existing one may keep (it keeps the former without asking).
other=$([ "$architecture" = arm64 ] && echo x86_64 || echo arm64)
sed "/^  FunctionArchitecture:/,/Description:/ {
    s/Default: .*/Default: $architecture/
    /^ *- $other\$/d
}" .aws-sam/build/template.yaml > .aws-sam/template.tmp
mv .aws-sam/template.tmp .aws-sam/build/template.yaml

if python=$(local/find_python.sh "$runtime"); then
    "$python" -m compileall -q -f --invalidation-mode checked-hash -j 0 .aws-sam/build >/dev/null || true
    echo "Byte-compiled with $("$python" --version)."
else
    echo "Python $runtime is not here: built without .pyc. Functions work, and start a second or two slower."
fi
