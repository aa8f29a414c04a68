import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from payments_hub.cli import COMMANDS
from tests.support.repository import ROOT, read, tracked
from tools.generate_docs import PAGES

DOCUMENTS = [path for path in tracked() if path.suffix == ".md"]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
DEPENDENCIES = [Requirement(text).name for text in tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]]


@pytest.mark.parametrize(("page", "write"), PAGES.items(), ids=list(PAGES))
def test_a_generated_page_says_what_the_code_says(page: str, write: Callable[[], str]) -> None:
    assert read(page) == write(), "run: make docs"


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_link_inside_the_repository_leads_somewhere(document: Path) -> None:
    targets = [target for target in LINK.findall(read(document)) if "://" not in target and "mailto:" not in target]

    assert [target for target in targets if not (ROOT / document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_a_document_names_only_commands_and_targets_that_are_there(document: Path) -> None:
    commands = set(re.findall(r"(?:`|^)payments-hub ([a-z][a-z-]*)", read(document), re.MULTILINE))
    targets = set(re.findall(r"(?:`|^)make ([a-z]+)", read(document), re.MULTILINE))

    assert commands - COMMANDS.keys() == set()
    assert targets - set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE)) == set()


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_every_dependency_has_its_reason_in_a_decision(dependency: str) -> None:
    decisions = "\n".join(read(path) for path in DOCUMENTS if path.parent == Path("docs/decisions"))

    assert re.search(rf"^\|[^|]*`{re.escape(dependency)}`[^|]*\|[^|]*\w[^|]*\|", decisions, re.MULTILINE)


def test_decisions_are_numbered_without_gaps_and_say_what_becomes_harder() -> None:
    decisions = [path for path in DOCUMENTS if path.parent == Path("docs/decisions")]

    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    assert [path.name for path in decisions if "## What becomes harder" not in read(path)] == []


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert read("README.md").count("\n") < 120


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    headings = re.findall(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE)

    assert headings[0] == "Unreleased"
    assert set(re.findall(r"^### (.+)$", read("CHANGELOG.md"), re.MULTILINE)) <= {
        "Security",
        "Removed",
        "Deprecated",
        "Added",
        "Changed",
        "Fixed",
    }
