"""Letters that leave the hub as files: whoever sends mail takes them from a folder."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language
from payments_hub.kernel.errors import UnavailableError
from payments_hub.kernel.ids import new_id
from payments_hub.services.password_links import PasswordLink


@dataclass(frozen=True, slots=True)
class Letter:
    """
    A letter to a person of the hub.

    Args:
        to: The user name; which mail address is whose, the mail program knows.

    """

    to: str
    subject: str
    text: str


def link_letter(link: PasswordLink, address: str, language: Language) -> Letter:
    """Write the letter that brings a one-time link, in the person's language and then in the other."""
    other = Language.EN if language is Language.VI else Language.VI
    texts = {code: _text(link, address, code) for code in Language}
    subject = {Language.VI: "Đặt mật khẩu", Language.EN: "Set your password"}[language]
    return Letter(link.username, subject, f"{texts[language]}\n---\n\n{texts[other]}")


def leave_letter(folder: Path, letter: Letter, now: datetime) -> Path:
    """
    Write a letter into the outbox: whole or not at all, readable by its owner alone.

    Raises:
        UnavailableError: The folder cannot be written.

    """
    head = f"To: {letter.to}\nSubject: {letter.subject}\nContent-Type: text/plain; charset=utf-8\n"
    path = folder / f"{new_id(now)}.txt"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, f"{head}\n{letter.text}")
    except OSError as error:
        raise UnavailableError(
            "The outbox cannot be written, and the link in the letter is lost. See to PAYMENTS_HUB_OUTBOX_DIR, then "
            "make another link."
        ) from error
    return path


def _write(path: Path, text: str) -> None:
    # A draft that begins with a dot is no letter yet; its mode is 0600 from the start.
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise


def _text(link: PasswordLink, address: str, language: Language) -> str:
    until = formatting.instant(link.expires_at, language)
    if language is Language.VI:
        return (
            f"Chào {link.username},\n\nHãy mở liên kết này và đặt mật khẩu cho tài khoản của bạn:\n\n{address}\n\n"
            f"Liên kết dùng được một lần, đến {until} (giờ Việt Nam). Đừng chuyển cho người khác.\n"
        )
    return (
        f"Dear {link.username},\n\nOpen this link and set a password for your account:\n\n{address}\n\n"
        f"It works once, until {until} (Vietnam time). Do not pass it on.\n"
    )
