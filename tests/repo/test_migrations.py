import ast
import re

import pytest
from alembic.script import Script, ScriptDirectory

from tests.support.repository import ROOT, read

SCRIPTS = ScriptDirectory(str(ROOT / "payments_hub/store/migrations"))
STEPS = list(SCRIPTS.walk_revisions())
NAMES = [step.revision for step in STEPS]


def statements(step: Script, function: str) -> list[ast.stmt]:
    found = [node for node in ast.parse(read(step.path)).body if isinstance(node, ast.FunctionDef)]
    body = next(node.body for node in found if node.name == function)
    return [node for node in body if not (isinstance(node, ast.Pass) or is_words(node))]


def is_words(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_there_is_one_head() -> None:
    assert len(SCRIPTS.get_heads()) == 1


def test_steps_are_numbered_without_gaps_in_the_order_they_run() -> None:
    numbers = [int(re.findall(r"/(\d{4})_\w+\.py$", step.path)[0]) for step in reversed(STEPS)]

    assert numbers == list(range(1, len(STEPS) + 1))


@pytest.mark.parametrize("step", STEPS, ids=NAMES)
def test_a_step_can_be_taken_back_or_refuses_to_be(step: Script) -> None:
    assert statements(step, "downgrade") != []


@pytest.mark.parametrize("step", STEPS, ids=NAMES)
def test_a_step_says_what_it_is_for(step: Script) -> None:
    assert step.doc
