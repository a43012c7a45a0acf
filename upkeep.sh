#!/usr/bin/env bash
# The management command line: ./upkeep lists the commands, ./upkeep COMMAND runs one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. launch/setup.sh requirements/runtime.lock
exec .venv/bin/python -m launch.command "$@"
