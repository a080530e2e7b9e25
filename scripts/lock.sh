#!/bin/sh
# Resolve pyproject.toml into the lock files: name, version and sha256 of every file of that release,
# and no address. One lock holds for CPython 3.11 to 3.13; markers choose where they differ.
#   scripts/lock.sh             keeps the locked versions where pyproject.toml still allows them
#   scripts/lock.sh --upgrade   takes the newest
set -eu
cd "$(dirname "$0")/.."

if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    python3 -m venv build/uv
    build/uv/bin/pip install --quiet uv
    uv=build/uv/bin/uv
fi

compile() {
    out=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate \
        --custom-compile-command "scripts/lock.sh" --output-file "$out" "$@"
}

compile requirements.lock pyproject.toml "$@"
# Each extra has a lock of its own, which holds everything of the first in the same versions and the extra besides.
compile requirements-charts.lock pyproject.toml --extra charts --constraint requirements.lock "$@"
compile requirements-semantic.lock pyproject.toml --extra semantic --constraint requirements.lock "$@"
compile requirements-dev.lock pyproject.toml --group dev --extra charts --extra semantic \
    --constraint requirements-charts.lock --constraint requirements-semantic.lock "$@"
echo "locked: requirements.lock, requirements-charts.lock, requirements-semantic.lock, requirements-dev.lock"
