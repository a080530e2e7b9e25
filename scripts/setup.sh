#!/bin/sh
# All the set-up there is: make .venv and install exactly what the lock file says, unless that is done already.
#   scripts/setup.sh run     what the bot needs
#   scripts/setup.sh charts  that, and what draws pictures of figures; `run` keeps it from then on
#   scripts/setup.sh dev     all of it, and what the tests need
# uv is used when it is there, python3 -m venv and pip otherwise. Nothing outside this folder is touched.
set -eu
cd "$(dirname "$0")/.."

stamp=.venv/installed            # the checksum of the lock that was installed last, completely
charts=.venv/charts              # is there when charts were asked for: an upgrade must not leave them behind
asked=${1:-run}
purpose=$asked
[ "$asked" = run ] && [ -f "$charts" ] && purpose=charts
case $purpose in
    run) lock=requirements.lock ;;
    charts) lock=requirements-charts.lock ;;
    dev) lock=requirements-dev.lock ;;
    *) echo "usage: scripts/setup.sh [run|charts|dev]" >&2; exit 2 ;;
esac

checksum() { cksum <"$1"; }

works() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

if [ -f "$stamp" ] && works .venv/bin/python; then
    installed=$(cat "$stamp")
    [ "$installed" = "$(checksum "$lock")" ] && exit 0
    # The development lock holds everything of the others, in the same versions (a test says so).
    [ "$installed" = "$(checksum requirements-dev.lock)" ] && exit 0
fi

python=
for candidate in "${PYTHON:-python3}" python3.11 python3.12 python3.13; do
    if works "$candidate"; then
        python=$(command -v "$candidate")
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11, 3.12 or 3.13 is needed and was not found. On Debian: apt install python3 python3-venv" >&2
    exit 1
fi

rm -f "$stamp"
works .venv/bin/python || rm -rf .venv

with_uv() {
    command -v uv >/dev/null 2>&1 || return 1
    [ -d .venv ] || uv venv --quiet --no-python-downloads --python "$python" .venv || return 1
    uv pip install --quiet --python .venv/bin/python --require-hashes --no-deps -r "$lock" && return 0
    echo "uv could not install; trying again with pip, which may be configured differently." >&2
    return 1
}

with_pip() {
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "This Python cannot make virtual environments. On Debian: apt install python3-venv" >&2
        exit 1
    fi
    .venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv .venv
    # Byte code is written on first import; writing it for everything now would double the waiting.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile \
        --require-hashes --no-deps -r "$lock"
}

echo "Setting up .venv from $lock (once; a minute at most on a usual line) ..." >&2
installed() { with_uv || with_pip; }

fall_back() {
    # Charts that `run` only keeps are no reason not to start.
    [ "$purpose" = charts ] && [ "$asked" = run ] || return 1
    echo "Going on without charts; \`scripts/setup.sh charts\` tries again." >&2
    rm -f "$charts"
    purpose=run
    lock=requirements.lock
    installed
}

if ! installed && ! fall_back; then
    echo "The packages of $lock could not be installed; the reason is above. Nothing was started." >&2
    exit 1
fi
[ "$purpose" = charts ] && : >"$charts"
# Byte code of what the bot loads, and what it parses of the shipped content, also where the environment forbids to write
# any: without them each start takes twice as long. Nothing depends on it, so what goes wrong here is left for the start
# to say.
env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -c 'import run_bot, bot.commands.serve, knowledge.library as shipped
shipped.read(shipped.SHIPPED)' 2>/dev/null || :
checksum "$lock" >"$stamp"
