# Sourced by the tools: a virtual environment with this checkout in it, made on first use; sets `python`.
#
# It is $ZOO_VENV, else the active one, else .venv in the checkout. It is brought up to date when setup.cfg has changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
zoo_venv=${ZOO_VENV:-${VIRTUAL_ENV:-$PWD/.venv}}
if [ ! -x "$zoo_venv/bin/python" ]; then
    echo "making a virtual environment in $zoo_venv" >&2
    "$(command -v python3.11 || command -v python3)" -m venv "$zoo_venv"
fi
python=$zoo_venv/bin/python
zoo_stamp="$PWD $(cksum < setup.cfg)"
if [ "$(cat "$zoo_venv/.tfgan_zoo" 2> /dev/null)" != "$zoo_stamp" ]; then
    echo "installing tfgan-zoo and what it needs (minutes the first time)" >&2
    "$python" -m pip install --quiet --disable-pip-version-check --editable '.[test]' < /dev/null
    echo "$zoo_stamp" > "$zoo_venv/.tfgan_zoo"
fi
export TF_CPP_MIN_LOG_LEVEL=${TF_CPP_MIN_LOG_LEVEL:-3}
