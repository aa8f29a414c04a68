"""The rules a manifest must keep that need nothing but the manifest itself and its flow's definition."""

from __future__ import annotations

from collections.abc import Iterator

from payments_hub.contracts.cell_rules import Wire, no_measure
from payments_hub.contracts.findings import Finding, make_finding
from payments_hub.contracts.slice_rules import frequency_findings, period_findings
from payments_hub.domain.flows import FLOWS, Flow

_OF_MONEY = ("amount", "currency")


def manifest_findings(data: Wire) -> Iterator[Finding]:
    """
    Apply every rule to a manifest's data.

    Args:
        data: The manifest, of which parts may be missing.

    """
    yield from period_findings(data)
    flow = FLOWS.get(data.get("flow", ""))
    if flow is not None:
        yield from _money_findings(data, flow)
        yield from frequency_findings(data, flow)


def _money_findings(data: Wire, flow: Flow) -> Iterator[Finding]:
    for name in _OF_MONEY:
        if flow.has_amount and name not in data:
            yield make_finding("E2001", f"/data/{name}")
        elif not flow.has_amount and name in data:
            yield no_measure(f"/data/{name}", data[name], flow)
