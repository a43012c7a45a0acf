# Sourced by run, test, check and upkeep with the name of a lock file: makes .venv hold exactly what it lists.
# Needs Python 3.11 or newer with venv, and a package index. Wheels only, every one checked against its hash.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  say "需要 Python 3.11 或更新的版本。已安装但不在 PATH 中时，请用 PYTHON=/路径/python3 指明。"
  return 1
}

# What pip was told about its index must also hold for uv, which does not read pip's files.
hand_pip_settings_to_uv() {
  local exports
  exports=$(.venv/bin/python launch/pip_settings.py) || return 0
  eval "$exports"
}

install_lock() {
  if .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: \
      -r requirements/bootstrap.lock 2>/dev/null; then
    hand_pip_settings_to_uv
    if .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes --only-binary :all: -r "$1"; then
      return
    fi
    say "uv 没有装成，改用 pip。"
  fi
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r "$1"
}

set_up() {
  local lock=$1 python stamp sum
  stamp=.venv/.installed-$(basename "$lock")
  sum=$(cksum "$lock" requirements/bootstrap.lock)
  if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ]; then
    return
  fi
  python=$(find_python)
  mkdir -p -m 700 var
  exec 9>var/setup.lock
  if command -v flock >/dev/null; then flock 9; fi
  if [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "$sum" ] || [ ! -x .venv/bin/python ]; then
    say "正在准备运行环境（首次需要下载，约半分钟）……"
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
      if ! "$python" -m venv --clear .venv; then
        say "不能建立虚拟环境。Debian/Ubuntu 请先执行：apt-get install python3-venv"
        return 1
      fi
    fi
    if ! install_lock "$lock"; then
      say "依赖没有装成。请检查网络与 pip 的软件源设置（PIP_INDEX_URL、pip config）后重试。"
      return 1
    fi
    printf '%s' "$sum" >"$stamp"
  fi
  exec 9>&-
}

set_up "$1"
