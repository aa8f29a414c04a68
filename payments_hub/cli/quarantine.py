"""`payments-hub quarantine`: what was rejected, why, and judging it again."""

from __future__ import annotations

import click

from payments_hub.bootstrap import open_hub
from payments_hub.cli.actors import acting
from payments_hub.cli.environment import enter
from payments_hub.cli.transaction import hub_transaction
from payments_hub.domain.languages import Language
from payments_hub.domain.people import Role, Viewer
from payments_hub.ingest.replays import Trial
from payments_hub.services.quarantine import (
    Selection,
    chosen,
    kept_message,
    readable_bytes,
    replay_selection,
    try_selection,
)
from payments_hub.store.quarantine import QuarantineQuery, QuarantineState, cause_groups, quarantined

_OPERATOR = Viewer(Role.OPERATOR, None)


@click.group()
def quarantine() -> None:
    """See what was rejected and why, and judge it again after a list was mended."""


@quarantine.command()
@click.option("--partner", help="Of one partner alone.")
@click.option(
    "--language",
    type=click.Choice([each.value for each in Language]),
    default=Language.VI.value,
    help="Of the sentences.",
)
def causes(partner: str | None, language: str) -> None:
    """Group what is still rejected by cause, that of most deliveries first."""
    with hub_transaction("quarantine") as (session, _now):
        found = cause_groups(session, QuarantineQuery(partner=partner), limit=1000)
    for one in found:
        text = one.text_vi if language == Language.VI else one.text_en
        click.echo(f"{one.deliveries:>6} {one.partner} {one.code} {one.field} {one.got or '-'}: {text}")
    if not found:
        click.echo("Nothing is rejected.")


@quarantine.command(name="list")
@click.option("--partner", help="Of one partner alone.")
@click.option("--code", help="With this code alone, such as E2101.")
@click.option(
    "--state",
    type=click.Choice([each.value for each in QuarantineState]),
    default=QuarantineState.OPEN.value,
    help="Which.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, help="How many at most.")
def list_deliveries(partner: str | None, code: str | None, state: str, limit: int) -> None:
    """List rejected deliveries, newest first."""
    with hub_transaction("quarantine") as (session, _now):
        query = QuarantineQuery(partner=partner, code=code, state=QuarantineState(state))
        found = quarantined(session, query, limit=limit)
    for one in found:
        codes = ",".join(dict.fromkeys(str(finding["code"]) for finding in one.findings))
        named = "/".join(part for part in (one.flow, one.site, one.period) if part) or "-"
        click.echo(
            f"{one.delivery_id} {one.received_at:%Y-%m-%dT%H:%M:%SZ} {one.partner} {named} {codes} {one.verdict}"
        )
    if not found:
        click.echo("Nothing fits.")


@quarantine.command()
@click.argument("delivery", type=int)
def show(delivery: int) -> None:
    """Show one rejected delivery: its bytes as text, personal data masked, and every fault."""
    with hub_transaction("quarantine") as (session, now):
        kept = kept_message(session, _OPERATOR, delivery, now)
    if kept is None:
        raise click.ClickException(f"There is no rejected delivery {delivery}.")
    click.echo(
        f"{kept.delivery_id} {kept.partner} {kept.transport} {kept.position}: {kept.verdict} ({kept.receipt_id})"
    )
    for finding in kept.findings:
        click.echo(f"  {finding['code']} {finding['pointer'] or '-'}: {finding['text_en']}")
    text = "(no bytes are kept)" if kept.body is None else readable_bytes(kept.body)[0]
    click.echo(text)


@quarantine.command()
@click.argument("deliveries", type=int, nargs=-1)
@click.option("--partner", help="All of one partner.")
@click.option("--code", help="All with this code.")
@click.option("--all", "everything", is_flag=True, help="All that is still rejected.")
@click.option("--reason", help="What was mended; needed unless it is a dry run.")
@click.option("--dry-run", is_flag=True, help="Tell what would change, and write nothing.")
def replay(
    deliveries: tuple[int, ...],
    partner: str | None,
    code: str | None,
    reason: str | None,
    *,
    everything: bool,
    dry_run: bool,
) -> None:
    """
    Judge rejected deliveries again: by their numbers, or all of a partner or a code.

    A replay never counts anything twice: it is the same delivery with one more receipt, and replaying what is settled
    changes nothing. Do a --dry-run first.
    """
    if not (deliveries or partner or code or everything):
        raise click.UsageError("Name deliveries, --partner or --code, or say --all.")
    selection = Selection(deliveries, QuarantineQuery(partner=partner, code=code))
    hub = open_hub(enter(), application_name="payments-hub quarantine", connections=1)
    try:
        with hub.database.transaction() as session:
            lists = hub.reference.current(session)
            _numbers, more = chosen(session, selection)
            if dry_run:
                trials = try_selection(session, selection, reference=lists, clock=hub.clock)
            else:
                by = acting()
                made, trials = replay_selection(
                    session, selection, by=by, reason=reason or "", reference=lists, clock=hub.clock
                )
                click.echo(f"Replay {made}:")
    finally:
        hub.close()
    _tell(trials, more=more)


def _tell(trials: list[Trial], *, more: bool) -> None:
    for trial in trials:
        why = trial.blocked or " ".join(dict.fromkeys(finding.code for finding in trial.findings_after)) or "-"
        click.echo(f"  {trial.delivery_id} {trial.partner}: {trial.before} -> {trial.after} {why}")
    settled = sum(trial.receipt is not None for trial in trials)
    click.echo(f"{settled} of {len(trials)} settled.")
    if more:
        click.echo("There are more: replay again for the next ones.")
