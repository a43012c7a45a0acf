"""Prints pip's index, mirror and certificate settings as shell exports for uv, which does not read pip's files.

Settings that uv was given itself are left alone.
"""

import os
import shlex
import subprocess
import sys

#: pip's option → uv's environment variable.
VARIABLES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "no-index": "UV_NO_INDEX",
    "cert": "SSL_CERT_FILE",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "proxy": "ALL_PROXY",
}


def pip_settings(listing: str) -> dict[str, str]:
    """The options in the output of `pip config list`; the later source overrules the earlier, `install` the global."""
    ranked: dict[str, tuple[int, str]] = {}
    for line in listing.splitlines():
        name, _, quoted = line.partition("=")
        section, _, option = name.strip().rpartition(".")
        rank = {"global": 0, "install": 1, ":env:": 2}.get(section)
        if rank is None or option not in VARIABLES:
            continue
        value = quoted.strip().strip("'\"").replace("\\n", " ")
        if option not in ranked or rank >= ranked[option][0]:
            ranked[option] = (rank, " ".join(value.split()))
    return {option: value for option, (_, value) in ranked.items()}


def uv_variables(settings: dict[str, str]) -> dict[str, str]:
    """The same settings in uv's words."""
    variables = {VARIABLES[option]: value for option, value in settings.items() if value}
    if "UV_INDEX" in variables:
        # pip looks for the best version over all indexes; the hashes in the lock guard against a false package.
        variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    if "UV_FIND_LINKS" in variables:
        variables["UV_FIND_LINKS"] = ",".join(variables["UV_FIND_LINKS"].split())
    return variables


def main() -> None:
    """Print the exports."""
    command = [sys.executable, "-m", "pip", "config", "list", "--disable-pip-version-check"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for name, value in uv_variables(pip_settings(listing)).items():
        if not os.environ.get(name):
            print(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
