#!/bin/sh
# Makes .venv with a new enough Python, and installs a list of pinned packages when the list has changed.
# Usage: venv.sh requirements.txt|requirements-dev.txt
set -eu
list=$1

stop() { echo "$1" >&2; exit 1; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

if ! new_enough .venv/bin/python; then
    [ ! -e .venv/bin/python ] || stop "The Python in .venv is older than 3.11: remove the folder .venv and run again."
    python=
    for each in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if new_enough "$each"; then python=$each; break; fi
    done
    [ -n "$python" ] || stop "Python 3.11 or newer is needed and ${PYTHON:-python3} is $(${PYTHON:-python3} -V 2>&1 || true): install it, or name one with PYTHON=/path/to/python3.11 make run."
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        stop "$python has no venv module: install it (on Debian and Ubuntu: apt install python3-venv) and run again."
    echo "Making .venv with $("$python" -V)"
    "$python" -m venv .venv || stop "The folder .venv could not be made; the lines above say why."
fi

# The development list includes the other one, so its stamp stands for both.
wanted=$(cat requirements.txt "$list" | cksum)
stamp=.venv/.installed-$list
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    echo "Installing the packages of $list (half a minute)"
    PIP_ROOT_USER_ACTION=ignore .venv/bin/python -m pip install --no-compile --quiet --disable-pip-version-check \
        -r "$list" ||
        stop "The packages of $list could not be installed: check the network and the free disk space, and run again."
    # pip compiles everything on one core; we compile what is used on all of them, in half the time.
    .venv/bin/python -m compileall -q -j 0 .venv/lib \
        -x 'twilio/rest/|phonenumbers/.*data|holidays/|/pip/|/setuptools/|/tests?/|/testing/' >/dev/null 2>&1 || true
    echo "$wanted" >"$stamp"
fi
