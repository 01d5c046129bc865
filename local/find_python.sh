#!/bin/sh
# Prints the interpreter of one Python version (say 3.13), wherever the usual managers put it; fails if it is not here.
for candidate in "python$1" "/usr/bin/python$1" "$HOME/.pyenv/versions/$1".*/bin/python "$HOME/.local/share/uv/python/cpython-$1"*/bin/python3; do
    if "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
        echo "$candidate"
        exit 0
    fi
done
exit 1
