import re
import tomllib

import pytest
from packaging.requirements import Requirement

from payments_hub import __version__
from tests.support.repository import read

LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z0-9,._-]+\])?==([^ ;\\]+)", re.MULTILINE)
PROJECT = tomllib.loads(read("pyproject.toml"))
RUNTIME = [Requirement(text) for text in PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["build"]]
DEVELOPMENT = [Requirement(text) for text in PROJECT["dependency-groups"]["dev"]]


def pins(lock: str) -> dict[str, str]:
    return dict(PIN.findall(read(lock)))


def unmet(wanted: list[Requirement], lock: str) -> list[str]:
    held = pins(lock)
    return [str(one) for one in wanted if not one.specifier.contains(held.get(one.name, "0"), prereleases=True)]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_no_address(lock: str) -> None:
    assert re.findall(r"https?:|file:|--index|--find-links| @ ", read(lock)) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", read(lock).strip())

    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_lock_satisfies_the_project() -> None:
    assert unmet(RUNTIME, "requirements.lock") == []


def test_the_development_lock_satisfies_the_project_and_its_checks() -> None:
    assert unmet(RUNTIME + DEVELOPMENT, "requirements-dev.lock") == []


def test_the_tests_run_the_very_versions_that_the_hub_runs() -> None:
    development = pins("requirements-dev.lock")

    assert {
        name: version for name, version in pins("requirements.lock").items() if development.get(name) != version
    } == {}


def test_the_package_says_the_version_that_is_built() -> None:
    assert __version__ == PROJECT["project"]["version"]
