"""`payments-hub registry`: take a file of firms in, and count who takes part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from payments_hub.bootstrap import Hub, open_hub
from payments_hub.cli.environment import enter
from payments_hub.domain.languages import Language
from payments_hub.kernel.clock import local_day
from payments_hub.services.registry import ImportReport, Participation, household_key, import_firms, participation
from sme_registry.findings import Finding
from sme_registry.programmes import DIGITAL_SUPPORT, PROGRAMMES
from sme_registry.reports import report_file
from sme_registry.sheets import MAX_BYTES

_IMPORT_SECONDS = 600
"""A file of the most lines takes a part of this, on the smallest machine."""


@click.group()
def registry() -> None:
    """Keep the register of firms: import files, count participation."""


@registry.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--source", default="", help="Where the file came from; its name where nothing is given.")
@click.option("--report", type=click.File("wb", lazy=False), help="Write the findings to this CSV file.")
@click.option(
    "--language",
    type=click.Choice([each.value for each in Language]),
    default=Language.VI.value,
    help="Of the findings.",
)
@click.pass_context
def import_file(context: click.Context, file: str, source: str, report: BinaryIO | None, language: str) -> None:
    """
    Take a CSV file of firms in.

    Good lines come in, each one whole; every other line is printed with what to do about it, and the exit status is 1.
    The same file again changes nothing.
    """
    # One byte more than is allowed shows that there is more, without reading it.
    with click.open_file(file, "rb") as opened:
        content = opened.read(MAX_BYTES + 1)
    with _open_hub() as hub, hub.database.transaction(limit_seconds=_IMPORT_SECONDS) as session:
        key = household_key(hub.secret_key)
        name = source or Path(file).name
        found = import_firms(session, content, source=name, key=key, now=hub.clock.now())
    for finding in found.findings:
        click.echo(finding_line(finding, Language(language)))
    click.echo(summary_line(found))
    if report is not None:
        report.write(report_file(found.findings))
    if not found.clean:
        context.exit(1)


@registry.command("participation")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day; today where none is given.")
@click.option("--programme", type=click.Choice([*PROGRAMMES]), default=DIGITAL_SUPPORT.code, show_default=True)
def show_participation(as_of: datetime | None, programme: str) -> None:
    """Count the firms that take part in a programme, and those that may."""
    with _open_hub() as hub, hub.database.transaction() as session:
        day = as_of.date() if as_of else local_day(hub.clock.now())
        found = participation(session, as_of=day, programme=programme)
    click.echo(participation_line(found))


def finding_line(finding: Finding, language: Language) -> str:
    """
    Write one finding as a line for a person.

    >>> from sme_registry.findings import FindingCode, finding
    >>> finding_line(finding(FindingCode.YEAR_SHAPE, line=3, column="facts_year", got="25"), Language.EN)
    'line 3, facts_year: It takes a year of four digits. [25]'
    """
    english = language is Language.EN
    line = "" if finding.line is None else f"{'line' if english else 'dòng'} {finding.line}"
    place = ", ".join(part for part in (line, finding.column) if part) or ("file" if english else "tệp")
    got = f" [{finding.got}]" if finding.got else ""
    suggestion = f" → {finding.suggestion}" if finding.suggestion else ""
    return f"{place}: {finding.text_en if english else finding.text_vi}{got}{suggestion}"


def summary_line(report: ImportReport) -> str:
    """Write what came of a file as one line of counts."""
    return (
        f"lines={report.lines} taken={report.taken} refused={report.refused} unchanged={report.unchanged} "
        f"firms_added={report.firms_added} facts_added={report.facts_added} "
        f"enrolments_added={report.enrolments_added}"
    )


def participation_line(found: Participation) -> str:
    """
    Write participation as one line; the share is a dash where nobody is eligible.

    >>> participation_line(Participation(enrolled=3, eligible=12, unknown=5, firms=40))
    'enrolled=3 eligible=12 unknown=5 firms=40 share=0.2500'
    """
    share = "-" if found.share is None else f"{found.share:.4f}"
    return (
        f"enrolled={found.enrolled} eligible={found.eligible} unknown={found.unknown} firms={found.firms} share={share}"
    )


@contextmanager
def _open_hub() -> Iterator[Hub]:
    hub = open_hub(enter(), application_name="payments-hub registry")
    try:
        yield hub
    finally:
        hub.close()
