import subprocess
import sys

from tests.support.repository import ROOT

CHECK = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def test_imports_point_one_way() -> None:
    command = [sys.executable, "-c", CHECK]

    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  our own words

    assert checked.returncode == 0, checked.stdout + checked.stderr
