"""The repository as its own tests see it."""

from __future__ import annotations

import io
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("payments_hub/", "consumers/", "models/", "sme_registry/", "tests/", "tools/", "benchmarks/")
VENDORED = "payments_hub/web/static/vendor/"


def tracked() -> tuple[Path, ...]:
    """List the files that git holds or would take, as paths from the root, in order."""
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  our own words
    return tuple(sorted(Path(line) for line in set(listed.stdout.splitlines()) if (ROOT / line).is_file()))


def sources() -> tuple[Path, ...]:
    """List our Python files, without migrations, which are written once and never read again as code."""
    return tuple(
        path
        for path in tracked()
        if path.suffix == ".py" and path.as_posix().startswith(OURS) and "migrations/versions" not in path.as_posix()
    )


def texts() -> Iterator[tuple[Path, str]]:
    """Read every tracked text file that is ours to word."""
    for path in tracked():
        content = (ROOT / path).read_bytes()
        if not path.as_posix().startswith(VENDORED) and b"\0" not in content:
            yield path, content.decode("utf-8")


def read(path: str | Path) -> str:
    """Read one text file, named from the root."""
    return (ROOT / path).read_text(encoding="utf-8")


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """Read the comments of a Python file with the numbers of their lines."""
    for token in tokenize.generate_tokens(io.StringIO(read(path)).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
