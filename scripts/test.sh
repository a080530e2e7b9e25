#!/bin/sh
# Every check and every test, in the order in which they are quick to fail. Needs scripts/setup.sh dev.
# Words after the command go to pytest:  scripts/test.sh -k complaint
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python

browser_is_there() {
    command -v chromium >/dev/null 2>&1 && command -v fc-list >/dev/null 2>&1 \
        && [ -n "$(fc-list :lang=zh family 2>/dev/null)" ]
}

install_browser() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        return 1
    fi
    echo "Installing chromium and a Chinese font for the browser tests ..."
    packages="chromium fonts-noto-cjk fontconfig"
    # shellcheck disable=SC2086  # both are lists of words
    $as_root env DEBIAN_FRONTEND=noninteractive sh -c "apt-get update -qq && \
        apt-get install -y -qq --no-install-recommends $packages" >/dev/null
}

if ! browser_is_there && ! install_browser; then
    if [ "${CI:-}" = true ]; then
        echo "No chromium with a Chinese font, and it cannot be installed here: CI does not go on without." >&2
        exit 1
    fi
    echo "No chromium with a Chinese font: the browser tests are skipped (apt install chromium fonts-noto-cjk)."
fi

echo "== style, types, floors"
"$python" -m ruff check .
"$python" -m ruff format --check .
"$python" -m mypy
.venv/bin/python -c 'from importlinter.cli import lint_imports_command as go; go()' --no-cache --no-logo

echo "== tests"  # three at a time also on two cores, as many wait; in their order, which has the long ones first
rm -f .coverage .coverage.*
"$python" -m pytest -n "${TEST_WORKERS:-3}" --dist loadfile --no-loadscope-reorder --cov --cov-report= "$@"

# A part of the tests cannot cover the whole: the gate is for complete runs.
if [ $# -eq 0 ]; then
    "$python" scripts/coverage_gate.py
fi
