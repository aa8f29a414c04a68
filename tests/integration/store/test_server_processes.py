"""What the kernel knows of a server: its lock, its state and its folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from payments_hub.store.cluster import living_server
from payments_hub.store.errors import EmbeddedServerError
from payments_hub.store.file_locks import held, waiting_for
from tests.support.waiting import wait_until


def program(folder: Path, *inherited: int) -> subprocess.Popen[bytes]:
    """Start a program in a folder; it ends when its standard input does, with the block that it is the context of."""
    waiting = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
    process = subprocess.Popen(waiting, cwd=folder, stdin=subprocess.PIPE, pass_fds=inherited)  # noqa: S603  this Python
    (folder / "postmaster.pid").write_text(f"{process.pid}\n{folder}\n")
    return process


def state(process: subprocess.Popen[bytes]) -> str:
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_program_that_works_in_the_data_directory_is_the_server(tmp_path: Path) -> None:
    with program(tmp_path) as process:
        assert living_server(tmp_path) == process.pid


def test_a_killed_server_that_nobody_reaped_is_not_alive(tmp_path: Path) -> None:
    with program(tmp_path) as process:
        process.kill()
        wait_until(lambda: state(process) == "Z", "the killed program is a zombie")

        assert living_server(tmp_path) is None


def test_a_program_that_works_elsewhere_is_not_the_server(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    with program(elsewhere) as process:
        (tmp_path / "postmaster.pid").write_text(f"{process.pid}\n")

        assert living_server(tmp_path) is None


@pytest.mark.parametrize("content", ["", "not a number\n", "4194305\n"])
def test_a_pid_file_that_names_nobody_is_no_server(tmp_path: Path, content: str) -> None:
    (tmp_path / "postmaster.pid").write_text(content)

    assert living_server(tmp_path) is None


def test_a_lock_stays_with_the_program_that_inherited_it_until_it_ends(tmp_path: Path) -> None:
    with held(tmp_path / "lock") as mine:
        process = program(tmp_path, *filter(None, [mine]))

    with process, held(tmp_path / "lock") as while_it_runs:
        pass
    with held(tmp_path / "lock") as after_it_ended:
        pass

    assert mine is not None
    assert while_it_runs is None
    assert after_it_ended is not None


def test_a_lock_that_is_not_let_go_of_is_named(tmp_path: Path) -> None:
    late = waiting_for(tmp_path / "lock", timeout_seconds=0)

    with held(tmp_path / "lock"), pytest.raises(EmbeddedServerError, match="Another process has held"):
        late.__enter__()
