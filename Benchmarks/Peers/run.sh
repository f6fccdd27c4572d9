#!/usr/bin/env bash
# Installs the peers into a virtual environment beside this file and compares them with ours.
# Arguments go to compare.py; see README.md.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

wanted=$(cat "$here"/requirements*.txt | sha256sum)
if [ "$(cat "$here"/.venv/installed 2>/dev/null || true)" != "$wanted" ]; then
  python3 -m venv "$here"/.venv
  "$here"/.venv/bin/pip install --quiet -r "$here"/requirements.txt
  "$here"/.venv/bin/pip install --quiet --no-deps -r "$here"/requirements-bare.txt
  echo "$wanted" >"$here"/.venv/installed
fi
exec "$here"/.venv/bin/python "$here"/compare.py "$@"
