"""Every list of codes that a slice or a receipt is written in, made from the definitions that judge them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from payments_hub.contracts.codes import CODES
from payments_hub.contracts.explanations import EXPLANATIONS
from payments_hub.domain.code_titles import CODE_TITLES
from payments_hub.domain.flows import FLOWS, Flow
from payments_hub.domain.instruments import (
    Action,
    CellStatus,
    Finality,
    Initiation,
    Instrument,
    Purpose,
    RevisionReason,
)
from payments_hub.domain.languages import Words
from payments_hub.domain.places import Place
from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.reference import Reference
from payments_hub.kernel.money import Currency
from payments_hub.kernel.periods import Frequency
from payments_hub.web.api.v1.shapes import (
    AnyCode,
    AreaSchemeV1,
    AreaUnitV1,
    CodeListV1,
    CodeV1,
    FindingCodeV1,
    FlowV1,
    FrequencyName,
    OpenIntervalV1,
    PlaceV1,
    SectorV1,
    WordsV1,
)

FREQUENCY_NAMES: Mapping[Frequency, FrequencyName] = MappingProxyType(
    {Frequency.DAY: "day", Frequency.MONTH: "month", Frequency.QUARTER: "quarter", Frequency.YEAR: "year"}
)


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose lists they are, and when."""

    partner: str
    reference: Reference
    today: date


@dataclass(frozen=True, slots=True)
class ListSource:
    """A list's title, and what makes its codes."""

    title: Words
    codes: Callable[[Asker], Iterable[AnyCode]]


def code_list(name: str, asker: Asker) -> CodeListV1:
    """Make one list of `CODE_LISTS`."""
    source = CODE_LISTS[name]
    return CodeListV1(name=name, title=WordsV1.of(source.title), codes=tuple(source.codes(asker)))


def own_places(partner: str, reference: Reference) -> list[Place]:
    """List the places that a partner reports, or has reported, by code."""
    codes = {place for owner, _flow, place in reference.obligations if owner == partner}
    return [reference.places[code] for code in sorted(codes) if code in reference.places]


def _plain(kind: type[StrEnum]) -> Callable[[Asker], Iterable[AnyCode]]:
    def codes(_asker: Asker) -> Iterable[AnyCode]:
        return [CodeV1(code=code, title=WordsV1.of(title)) for code, title in CODE_TITLES[kind].items()]

    return codes


def _flows(_asker: Asker) -> Iterable[AnyCode]:
    return [_flow(flow) for flow in FLOWS.values()]


def _flow(flow: Flow) -> FlowV1:
    return FlowV1(
        code=flow.code,
        title=WordsV1(vi=flow.title_vi, en=flow.title_en),
        version=flow.version,
        left_out=WordsV1(vi=flow.left_out_vi, en=flow.left_out_en),
        measures=tuple(sorted(flow.measures)),
        dimensions=tuple(flow.dimensions),
        frequencies=tuple(FREQUENCY_NAMES[one] for one in sorted(flow.frequencies, key=lambda one: one.rank)),
        place_kinds=tuple(sorted(flow.place_kinds)),
        over_time=flow.over_time,
        sector_scheme=flow.sector_scheme,
    )


def _sectors(_asker: Asker) -> Iterable[AnyCode]:
    return [
        SectorV1(
            code=sector.code,
            title=WordsV1(vi=sector.title_vi, en=sector.title_en),
            flow=flow.code,
            scheme=flow.sector_scheme,
        )
        for flow in FLOWS.values()
        if flow.sector_scheme is not None
        for sector in flow.sectors
    ]


def _findings(_asker: Asker) -> Iterable[AnyCode]:
    for code in CODES.values():
        title = WordsV1.of(code.title)
        match code.code[0]:
            case "E":
                yield FindingCodeV1(code=code.code, title=title, effect="rejects", side=code.side)
            case "W":
                yield FindingCodeV1(code=code.code, title=title, effect="warns", side=code.side)
            case _:
                yield FindingCodeV1(code=code.code, title=title, effect="holds", side=code.side)


def _sentences(_asker: Asker) -> Iterable[AnyCode]:
    return [CodeV1(code=case, title=WordsV1.of(words)) for case, words in EXPLANATIONS.items()]


def _area_schemes(asker: Asker) -> Iterable[AnyCode]:
    return [
        AreaSchemeV1(
            code=scheme.code,
            title=WordsV1(vi=scheme.title_vi, en=scheme.title_en),
            valid_from=scheme.valid_from,
            valid_to=scheme.valid_to,
        )
        for _, scheme in sorted(asker.reference.schemes.items())
    ]


def _area_units(asker: Asker) -> Iterable[AnyCode]:
    return [
        AreaUnitV1(
            code=code,
            title=_name(place),
            scheme=place.scheme_code,
            level=place.level or "",
            parent=place.parent_code,
        )
        for code, place in sorted(asker.reference.places.items())
        if place.scheme_code is not None
    ]


def _places(asker: Asker) -> Iterable[AnyCode]:
    return [
        PlaceV1(
            code=place.code,
            title=_name(place),
            kind=place.kind,
            open=tuple(OpenIntervalV1(first=one.first, last=one.last) for one in place.open_intervals),
            area=place.area_on(asker.today),
        )
        for place in own_places(asker.partner, asker.reference)
    ]


def _name(place: Place) -> WordsV1:
    return WordsV1(vi=place.name_vi, en=place.name_en)


CODE_LISTS: Mapping[str, ListSource] = MappingProxyType(
    {
        "flows": ListSource(Words("Luồng số liệu", "Flows"), _flows),
        "instruments": ListSource(Words("Phương tiện thanh toán", "Instruments"), _plain(Instrument)),
        "initiations": ListSource(Words("Cách khởi tạo giao dịch", "Initiations"), _plain(Initiation)),
        "purposes": ListSource(Words("Mục đích", "Purposes"), _plain(Purpose)),
        "sectors": ListSource(Words("Ngành theo luồng", "Sectors of each flow"), _sectors),
        "actions": ListSource(Words("Lát làm gì", "Actions"), _plain(Action)),
        "statuses": ListSource(Words("Tình trạng của ô", "Statuses of a cell"), _plain(CellStatus)),
        "finalities": ListSource(Words("Tạm tính hay chính thức", "Finalities"), _plain(Finality)),
        "revision-reasons": ListSource(Words("Lý do sửa", "Reasons of a revision"), _plain(RevisionReason)),
        "currencies": ListSource(Words("Tiền tệ", "Currencies"), _plain(Currency)),
        "verdicts": ListSource(Words("Kết luận", "Verdicts"), _plain(Verdict)),
        "finding-codes": ListSource(Words("Mã lỗi và cảnh báo", "Codes of findings"), _findings),
        "sentences": ListSource(Words("Câu giải thích", "Sentences of findings"), _sentences),
        "area-schemes": ListSource(Words("Danh mục đơn vị hành chính", "Area schemes"), _area_schemes),
        "area-units": ListSource(Words("Đơn vị hành chính", "Area units"), _area_units),
        "places": ListSource(Words("Địa điểm của đơn vị", "Your own places"), _places),
    }
)
"""Every list by its name; `places` holds the asker's own alone."""
