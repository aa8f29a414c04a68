"""Secrets as files, as the hub wants them."""

from pathlib import Path


def secret_file(folder: Path, secret: str, name: str = "password") -> Path:
    """Write a secret that its owner alone may read."""
    file = folder / name
    file.touch(mode=0o600)
    file.write_text(secret + "\n")
    return file
