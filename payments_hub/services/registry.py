"""The officer's register: take a file of firms in, and tell how many of those who may take part do."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from sqlalchemy.orm import Session

from payments_hub.domain.geography import AreaLevel, load_schemes
from payments_hub.kernel.clock import local_day
from payments_hub.kernel.errors import ConfigurationError
from payments_hub.kernel.ids import sha256
from payments_hub.store import registry as store
from sme_registry.enterprises import Size
from sme_registry.findings import Finding, Severity
from sme_registry.identifiers import IdentityKind, key_fingerprint
from sme_registry.imports import ALIASES, COLUMNS, FirmLine, ImportRules, read_firm
from sme_registry.plans import ImportPlan, plan_import
from sme_registry.programmes import DIGITAL_SUPPORT, programme_called
from sme_registry.rules import Outcome, firm_size, judge
from sme_registry.sheets import Sheet, read_sheet

log = structlog.get_logger()


class AnotherKeyError(ConfigurationError):
    """The register's households were hashed with another key, so no household could be found again."""

    code = "ANOTHER_KEY"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """
    What came of one file.

    Args:
        lines: Lines with content below the header; 0 where the file as a whole was refused.
        taken: Lines taken in, changing something or not.
        refused: Lines refused.
        unchanged: Lines taken in that said nothing new.
        firms_added: Firms that were not in the register before.
        facts_added: Versions of a firm's yearly facts.
        enrolments_added: Enrolments opened.
        findings: Everything found, in the order of the file.

    """

    lines: int
    taken: int
    refused: int
    unchanged: int
    firms_added: int
    facts_added: int
    enrolments_added: int
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        """Tell whether nothing was refused."""
        return all(found.severity is not Severity.REFUSED for found in self.findings)


@dataclass(frozen=True, slots=True)
class Participation:
    """
    Who takes part in a programme on a day, of the firms in the register.

    Args:
        enrolled: Firms enrolled on the day, whatever the rules say of them now.
        eligible: Firms that pass every rule on the day's facts, enrolled or not.
        unknown: Firms of which a fact is missing, so that no rule fails and not all pass.
        firms: Firms in the register.

    """

    enrolled: int
    eligible: int
    unknown: int
    firms: int

    @property
    def share(self) -> float | None:
        """
        Divide the enrolled by the eligible: 0-1, more where enrolled firms no longer pass; None when nobody is.

        >>> Participation(enrolled=3, eligible=12, unknown=5, firms=40).share
        0.25
        >>> Participation(enrolled=0, eligible=0, unknown=5, firms=5).share is None
        True
        """
        return self.enrolled / self.eligible if self.eligible else None


def household_key(secret: str) -> bytes:
    """
    Derive the register's key from the hub's secret, so that no other use of the secret can make its hashes.

    >>> len(household_key("a secret of the hub"))
    32
    """
    return hmac.digest(secret.encode(), b"payments-hub/household-codes/1", hashlib.sha256)


def import_firms(session: Session, content: bytes, *, source: str, key: bytes, now: datetime) -> ImportReport:
    """
    Take a CSV file of firms in: its good lines, each whole; every other one is reported.

    The same file again changes nothing, even after newer ones.

    Args:
        session: In whose transaction; the register is locked for other imports until its end.
        content: The file.
        source: Where it came from, in the officer's words.
        key: The registry's secret for households' numbers.
        now: The present instant.

    Raises:
        AnotherKeyError: Households in the register were hashed with another key.

    """
    person_key = key_fingerprint(key)
    digest = sha256(content)
    sheet = read_sheet(content, COLUMNS, ALIASES)
    good, findings = _read_lines(sheet, ImportRules(key, commune_names(), local_day(now)))
    store.lock_register(session)
    if store.hashed_with_another_key(session, person_key):
        raise AnotherKeyError(
            "The register's households were kept under another secret key. Set PAYMENTS_HUB_SECRET_KEY back to it."
        )
    plan = plan_import(good, store.load_firms(session, {line.identity for line in good}, sha256=digest))
    refused = sheet.line_count - plan.taken
    firm_import = store.FirmImport(digest, source, now, person_key, sheet.line_count, refused)
    firms_added = store.save_import(session, plan, firm_import)
    report = _report(sheet, plan, findings, firms_added=firms_added)
    log.info("firms_imported", lines=report.lines, taken=report.taken, refused=report.refused, added=firms_added)
    return report


def participation(session: Session, *, as_of: date, programme: str = DIGITAL_SUPPORT.code) -> Participation:
    """
    Count who takes part in a programme on a day, and who may.

    Raises:
        UnknownProgrammeError: No programme has this code.

    """
    known = programme_called(programme)
    sizes: Counter[tuple[IdentityKind, Size]] = Counter()
    enrolled = 0
    for firm in store.firms_on(session, as_of, programme=programme):
        sizes[firm.kind, firm_size(firm.kind, firm.facts, as_of)] += 1
        enrolled += firm.enrolled
    # A city has tens of thousands of firms and some dozen sizes: the rules are asked once for each.
    outcomes: Counter[Outcome] = Counter()
    for (kind, size), firms in sizes.items():
        outcomes[judge(kind, size, programme=known, day=as_of).outcome] += firms
    return Participation(enrolled, outcomes[Outcome.PASS], outcomes[Outcome.UNKNOWN], outcomes.total())


def commune_names() -> dict[str, str]:
    """List every commune of every dated scheme: place code to Vietnamese name."""
    return {unit.place_code: unit.name_vi for data in load_schemes() for unit in data.of_level(AreaLevel.COMMUNE)}


def _read_lines(sheet: Sheet, rules: ImportRules) -> tuple[list[FirmLine], list[Finding]]:
    good: list[FirmLine] = []
    findings = list(sheet.findings)
    for line in sheet.lines:
        read = read_firm(line, rules)
        if isinstance(read, FirmLine):
            good.append(read)
        else:
            findings += read
    return good, findings


def _report(sheet: Sheet, plan: ImportPlan, findings: list[Finding], *, firms_added: int) -> ImportReport:
    ordered = sorted([*findings, *plan.findings], key=lambda found: found.line or 0)
    return ImportReport(
        lines=sheet.line_count,
        taken=plan.taken,
        refused=sheet.line_count - plan.taken,
        unchanged=plan.unchanged,
        firms_added=firms_added,
        facts_added=len(plan.facts),
        enrolments_added=len(plan.spells),
        findings=tuple(ordered),
    )
