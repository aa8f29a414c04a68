from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import models

MODULES = [f"models.{module.name}" for module in pkgutil.iter_modules(models.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_every_worked_example_gives_what_it_says(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))

    assert failed == 0


def test_the_metrics_have_worked_examples() -> None:
    _, tried = doctest.testmod(importlib.import_module("models.metrics"))

    assert tried >= 5
