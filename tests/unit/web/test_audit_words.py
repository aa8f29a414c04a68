"""Every action, and every detail, that is recorded anywhere in the hub has words of both languages."""

import ast
from collections.abc import Iterator
from dataclasses import astuple

from payments_hub.web.audit.details import DETAIL_WORDS, UNTOLD
from payments_hub.web.audit.words import ACTION_WORDS
from tests.support.repository import ROOT

SOURCES = [path.read_text("utf-8") for path in (ROOT / "payments_hub").rglob("*.py")]
TREES = [ast.parse(source) for source in SOURCES if "Act(" in source]


def called(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return (call for call in calls if isinstance(call.func, ast.Name) and call.func.id in names)


def texts(nodes: Iterator[ast.AST]) -> set[str]:
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def actions() -> set[str]:
    """Find what is handed to `Act(…)`, `_act(…)` and what passes an action on, and constants in capitals."""
    given = set()
    for tree in TREES:
        for call in called(tree, "Act", "_act", "_change", "_decide"):
            given |= {text for text in texts(iter(call.args)) if text.replace("_", "").isalpha()}
        for one in ast.walk(tree):
            if isinstance(one, ast.Assign) and isinstance(one.value, ast.Tuple) and "CLOSED" in ast.dump(one):
                given |= texts(iter(one.value.elts))
    return given


def details() -> set[str]:
    """Find the keys of dicts handed to an act, called `details`, or made by `_details`."""
    kept = set()
    for tree in TREES:
        for node in ast.walk(tree):
            kept |= {key for found in dicts(node) for key in texts(iter(filter(None, found.keys)))}
    return kept


def dicts(node: ast.AST) -> Iterator[ast.Dict]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Act", "_act"}:
        yield from (argument for argument in node.args if isinstance(argument, ast.Dict))
    if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from [node.value] * any(isinstance(each, ast.Name) and each.id == "details" for each in targets)
    if isinstance(node, ast.FunctionDef) and node.name == "_details":
        yield from (each for each in ast.walk(node) if isinstance(each, ast.Dict))


def test_every_action_that_is_recorded_has_words() -> None:
    recorded = actions()

    assert {"site_closed", "held_refused", "day_closed", "password_changed"} <= recorded
    assert recorded - ACTION_WORDS.keys() == set()


def test_every_detail_that_is_recorded_has_words() -> None:
    recorded = details()

    assert {"first", "scopes", "sessions", "lock", "selection", "waiting"} <= recorded
    assert recorded - DETAIL_WORDS.keys() - UNTOLD == set()


def test_no_details_reach_an_act_unseen() -> None:
    acts = [call for tree in TREES for call in called(tree, "Act") if len(call.args) > 3]
    hidden = [ast.unparse(call) for call in acts if "details" not in ast.unparse(call.args[3]) and not dict_in(call)]

    assert hidden == []


def test_no_words_are_empty() -> None:
    assert all(all(astuple(words)) for words in (*ACTION_WORDS.values(), *DETAIL_WORDS.values()))


def dict_in(call: ast.Call) -> bool:
    return isinstance(call.args[3], ast.Dict)
