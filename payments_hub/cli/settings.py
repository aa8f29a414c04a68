"""`payments-hub settings`: what holds now."""

from __future__ import annotations

import os

import click

from payments_hub.kernel.settings import SETTINGS, SettingSpec, load_settings


@click.command()
def settings() -> None:
    """
    Show every setting and what holds now; secrets stay hidden.

    A variable that is misspelt or has an impossible value is named, with exit status 2.
    """
    current = load_settings(os.environ)
    width = max(len(spec.variable) for spec in SETTINGS)
    for spec in SETTINGS:
        click.echo(f"{spec.variable:<{width}}  {_shown(spec, getattr(current, spec.name))}")


def _shown(spec: SettingSpec, value: object) -> str:
    if value is None:
        return "(unset)"
    return "(set, hidden)" if spec.secret else str(value)
