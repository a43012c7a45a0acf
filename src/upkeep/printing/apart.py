"""Printing in a process of its own, for files of thousands of pages: the memory that Typst took goes with the process.

What is printed comes in by a pipe and the PDF goes out by one; nothing of it stands in arguments or files.
"""

import json
import os
import subprocess
import sys
from typing import Any

import typst


class Broken(Exception):
    """The process ended without a PDF; the text is Typst's, which may quote what was to be printed: not for logs."""


def compile_apart(
    form: str, data: dict[str, Any], *, root: str, font_folders: tuple[str, ...], timestamp: int
) -> bytes:
    """The form as PDF, like `documents.render` makes it. Raises: Broken."""
    asked = {
        "form": form,
        "data": json.dumps(data, ensure_ascii=False),
        "root": root,
        "fonts": list(font_folders),
        "timestamp": timestamp,
    }
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise Broken(f"printing apart ended with {done.returncode}")
    return done.stdout


def _main() -> None:
    asked = json.load(sys.stdin.buffer)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=asked["fonts"])
    compiler = typst.Compiler(root=asked["root"], font_paths=fonts)
    pdf = compiler.compile(
        asked["form"], format="pdf", sys_inputs={"data": asked["data"]}, timestamp=asked["timestamp"]
    )
    if isinstance(pdf, bytes):
        sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    _main()
