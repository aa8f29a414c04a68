import re

from tests.support.repository import ROOT, comments, sources, texts

LINES_AT_MOST = 400
# Each is put together, so that this file does not hold what it forbids.
MACHINE_PATHS = re.compile("|".join(["/" + folder + "/" for folder in ("root", "work", r"home/\w+", "Users", "opt")]))
REGISTRIES = re.compile(
    "|".join(
        r"\.".join(parts)
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("registry", "npmjs", "org"),
            ("repo1?", "maven", "(apache|org)"),
            ("deb", "debian", "org"),
            ("jsdelivr", "net"),
            ("unpkg", "com"),
        )
    )
)
CODES = r"[A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*"
EXCUSE = re.compile(rf"# (noqa: {CODES}\s+\W*\w|type: ignore\[[a-z-]+(, ?[a-z-]+)*\]  # .*\w)")


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {path.as_posix(): (ROOT / path).read_bytes().count(b"\n") for path in sources()}

    assert {path: lines for path, lines in lengths.items() if lines > LINES_AT_MOST} == {}


def test_no_file_names_a_machines_folder() -> None:
    found = [f"{path}: {hit[0]}" for path, text in texts() for hit in MACHINE_PATHS.finditer(text)]

    assert found == []


def test_no_file_names_a_package_registry_or_a_network_of_copies() -> None:
    found = [f"{path}: {hit[0]}" for path, text in texts() for hit in REGISTRIES.finditer(text)]

    assert found == []


def test_a_check_is_silenced_only_with_its_code_and_a_reason() -> None:
    silenced = [
        (f"{path}:{line}", comment)
        for path in sources()
        for line, comment in comments(path)
        if re.search(r"# *(noqa|type: *ignore)", comment)
    ]

    assert [found for found in silenced if not EXCUSE.match(found[1])] == []


def test_no_comment_leaves_work_for_later() -> None:
    later = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
    found = [f"{path}:{line}" for path in sources() for line, comment in comments(path) if later.search(comment)]

    assert found == []


def test_every_text_file_ends_its_last_line_and_has_no_carriage_return() -> None:
    found = [
        str(path)
        for path, text in texts()
        if text and path.suffix != ".csv" and (not text.endswith("\n") or "\r" in text)
    ]

    assert found == []
