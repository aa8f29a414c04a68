"""The register of firms: what it holds of them, what an import adds, and who takes part on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, any_, bindparam, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger, LargeBinary, Text

from payments_hub.store.copying import copy_rows
from payments_hub.store.tables.registry import EnrolmentRow, FirmFactsRow, FirmImportRow, FirmRow
from sme_registry.enterprises import SizeFacts, sector_group
from sme_registry.identifiers import BranchCode, EnterpriseCode, HouseholdIdentity, Identity, IdentityKind
from sme_registry.imports import FirmFacts
from sme_registry.plans import ImportPlan, KnownFirm, Spell

_REGISTER_LOCK = 0x6669726D
"""The advisory lock that lets one import run at a time ('firm')."""


@dataclass(frozen=True, slots=True)
class FirmImport:
    """
    One file on its way into the register.

    Args:
        sha256: Of the file's bytes.
        source: Where the file came from, in the officer's words.
        imported_at: When it was taken in.
        person_key: The fingerprint of the key that households' numbers were hashed with.
        line_count: Its lines, the header left out.
        refused_count: How many of them were refused.

    """

    sha256: bytes
    source: str
    imported_at: datetime
    person_key: str
    line_count: int
    refused_count: int


@dataclass(frozen=True, slots=True)
class RegisteredFirm:
    """
    A firm as it stood on a day.

    Args:
        kind: What it is.
        facts: The newest known by that day's year; nothing known is all None.
        enrolled: Whether it took part in the programme on the day.

    """

    kind: IdentityKind
    facts: SizeFacts
    enrolled: bool


def lock_register(session: Session) -> None:
    """Let one import at a time plan and save; held until the transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _REGISTER_LOCK})


def hashed_with_another_key(session: Session, person_key: str) -> bool:
    """Tell whether the register holds households that were hashed with another key than this fingerprint's."""
    return bool(session.scalar(select(select(FirmRow.id).where(FirmRow.person_key != person_key).exists())))


def load_firms(session: Session, identities: Collection[Identity], *, sha256: bytes) -> dict[Identity, KnownFirm]:
    """
    Load what the register holds of some firms.

    Args:
        session: In whose transaction.
        identities: The firms; those that are not registered are left out of the answer.
        sha256: Of the file that asks, so that it is known what it stated before.

    """
    numbers = _firm_numbers(session, identities)
    ids = list(numbers.values())
    facts, versions, stated = _facts(session, ids, sha256)
    spells = _spells(session, ids)
    return {
        identity: KnownFirm(facts[number], versions[number], frozenset(stated[number]), tuple(spells[number]))
        for identity, number in numbers.items()
    }


def save_import(session: Session, plan: ImportPlan, firm_import: FirmImport) -> int:
    """
    Save what a plan adds; a plan without additions leaves no trace.

    Returns:
        How many firms are new in the register.

    """
    if not plan.facts and not plan.spells:
        return 0
    import_id = _save_import_row(session, firm_import)
    identities = {added.identity for added in plan.facts}
    new = identities - _firm_numbers(session, identities).keys()
    copy_rows(session, FirmRow.__tablename__, _FIRM_COLUMNS, (_firm_values(each, firm_import) for each in new))
    numbers = _firm_numbers(session, identities | {identity for identity, _ in plan.spells})
    facts = (
        (numbers[added.identity], added.facts_year, added.version, *_facts_values(added.facts), import_id)
        for added in plan.facts
    )
    copy_rows(session, FirmFactsRow.__tablename__, _FACTS_COLUMNS, facts)
    spells = (
        (numbers[identity], spell.programme, spell.enrolled_on, spell.ended_on, import_id)
        for identity, spell in plan.spells
    )
    copy_rows(session, EnrolmentRow.__tablename__, _SPELL_COLUMNS, spells)
    return len(new)


def firms_on(session: Session, day: date, *, programme: str) -> Iterator[RegisteredFirm]:
    """
    Read every firm of the register as it stood on a day.

    A firm is in the register since the first year that facts speak of, or since it took part.
    """
    newest = (
        select(FirmFactsRow)
        .where(FirmFactsRow.facts_year <= day.year)
        .ext(distinct_on(FirmFactsRow.firm_id))
        .order_by(FirmFactsRow.firm_id, FirmFactsRow.facts_year.desc(), FirmFactsRow.version.desc())
        .subquery()
    )
    known = newest.c
    enrolled = select(EnrolmentRow.id).where(_takes_part(day, programme)).exists()
    # Columns, not rows: a register has tens of thousands of firms, and a page waits for their count.
    statement = (
        select(
            FirmRow.kind,
            known.sector_code,
            known.insured_employees,
            known.annual_revenue_vnd,
            known.total_capital_vnd,
            enrolled,
        )
        .outerjoin(newest, known.firm_id == FirmRow.id)
        .where(or_(known.firm_id.is_not(None), enrolled))
    )
    for kind, sector, employees, revenue, capital, takes_part in session.execute(statement):
        facts = SizeFacts(sector and sector_group(sector), employees, revenue, capital)
        yield RegisteredFirm(IdentityKind(kind), facts, takes_part)


def _takes_part(day: date, programme: str) -> ColumnElement[bool]:
    return and_(
        EnrolmentRow.firm_id == FirmRow.id,
        EnrolmentRow.programme == programme,
        EnrolmentRow.enrolled_on <= day,
        or_(EnrolmentRow.ended_on.is_(None), EnrolmentRow.ended_on >= day),
    )


_FIRM_COLUMNS = ("kind", "tax_code", "person_hash", "person_mask", "person_key", "registered_at")
_FACTS_COLUMNS = (
    "firm_id",
    "facts_year",
    "version",
    "name",
    "area_code",
    "sector_code",
    "insured_employees",
    "annual_revenue_vnd",
    "total_capital_vnd",
    "import_id",
)
_SPELL_COLUMNS = ("firm_id", "programme", "enrolled_on", "ended_on", "import_id")


def _save_import_row(session: Session, firm_import: FirmImport) -> int:
    row = FirmImportRow(
        sha256=firm_import.sha256,
        source=firm_import.source,
        imported_at=firm_import.imported_at,
        line_count=firm_import.line_count,
        refused_count=firm_import.refused_count,
    )
    session.add(row)
    session.flush()
    return row.id


def _firm_values(identity: Identity, firm_import: FirmImport) -> tuple[object, ...]:
    now = firm_import.imported_at
    match identity:
        case EnterpriseCode(code):
            return (IdentityKind.ENTERPRISE.value, code, None, None, None, now)
        case BranchCode(code):
            return (IdentityKind.BRANCH.value, code, None, None, None, now)
        case HouseholdIdentity(person_hash, person_mask):
            return (IdentityKind.HOUSEHOLD.value, None, person_hash, person_mask, firm_import.person_key, now)


def _facts_values(facts: FirmFacts) -> tuple[object, ...]:
    return (
        facts.name,
        facts.area,
        facts.sector,
        facts.insured_employees,
        facts.annual_revenue_vnd,
        facts.total_capital_vnd,
    )


def _firm_numbers(session: Session, identities: Iterable[Identity]) -> dict[Identity, int]:
    codes: list[str] = []
    hashes: list[bytes] = []
    for identity in identities:
        if isinstance(identity, HouseholdIdentity):
            hashes.append(identity.person_hash)
        else:
            codes.append(identity.code)
    statement = select(FirmRow.id, FirmRow.kind, FirmRow.tax_code, FirmRow.person_hash, FirmRow.person_mask).where(
        or_(
            FirmRow.tax_code == any_(bindparam("codes", codes, ARRAY(Text()))),
            FirmRow.person_hash == any_(bindparam("hashes", hashes, ARRAY(LargeBinary()))),
        )
    )
    return {
        _identity(kind, code, found, mask): number for number, kind, code, found, mask in session.execute(statement)
    }


def _identity(kind: str, code: str | None, person_hash: bytes | None, person_mask: str | None) -> Identity:
    if IdentityKind(kind) is IdentityKind.HOUSEHOLD:
        return HouseholdIdentity(person_hash or b"", person_mask or "")
    return EnterpriseCode(code or "") if IdentityKind(kind) is IdentityKind.ENTERPRISE else BranchCode(code or "")


def _facts(
    session: Session, ids: list[int], sha256: bytes
) -> tuple[dict[int, dict[int, FirmFacts]], dict[int, dict[int, int]], dict[int, set[int]]]:
    facts: defaultdict[int, dict[int, FirmFacts]] = defaultdict(dict)
    versions: defaultdict[int, dict[int, int]] = defaultdict(dict)
    stated: defaultdict[int, set[int]] = defaultdict(set)
    statement = (
        select(FirmFactsRow, FirmImportRow.sha256)
        .join(FirmImportRow, FirmImportRow.id == FirmFactsRow.import_id)
        .where(FirmFactsRow.firm_id == any_(bindparam("ids", ids, ARRAY(BigInteger()))))
        .order_by(FirmFactsRow.firm_id, FirmFactsRow.facts_year, FirmFactsRow.version)
    )
    for row, of_file in session.execute(statement):
        facts[row.firm_id][row.facts_year] = _read_facts(row)
        versions[row.firm_id][row.facts_year] = row.version
        if of_file == sha256:
            stated[row.firm_id].add(row.facts_year)
    return facts, versions, stated


def _read_facts(row: FirmFactsRow) -> FirmFacts:
    return FirmFacts(
        row.name,
        row.area_code,
        row.sector_code,
        row.insured_employees,
        row.annual_revenue_vnd,
        row.total_capital_vnd,
    )


def _spells(session: Session, ids: list[int]) -> dict[int, list[Spell]]:
    spells: defaultdict[int, list[Spell]] = defaultdict(list)
    statement = select(EnrolmentRow).where(EnrolmentRow.firm_id == any_(bindparam("ids", ids, ARRAY(BigInteger()))))
    for row in session.scalars(statement):
        spells[row.firm_id].append(Spell(row.programme, row.enrolled_on, row.ended_on))
    return spells
