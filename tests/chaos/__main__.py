"""
The fault bench: every promise of the feeds on a real Kafka and PostgreSQL, broken on purpose, with its control.

    python -m tests.chaos [--only I1,I4] [--quick] [--seed NUMBER]

Progress goes to standard output; its last line is one JSON object. The exit status is 1 if anything was lost, doubled
or blocked, if a control did not fail, or if a fault or a volume was too small to prove anything.
"""

from __future__ import annotations

import argparse
import json
import logging
import secrets
import signal
import sys
import time
import traceback
from pathlib import Path

from numpy.random import default_rng

from payments_hub.kernel.logs import configure_logs
from payments_hub.kernel.settings import LogFormat, LogLevel
from tests.chaos import worker
from tests.chaos.bench import Bench, Scenario
from tests.chaos.broker import Kafka
from tests.chaos.catalogue import SCENARIOS
from tests.chaos.database import Server
from tests.chaos.outcome import Outcome, summary
from tests.support import postgres

_BOUND_SECONDS = 25 * 60
_CLOSING_SECONDS = 20
_INTERRUPTED, _TERMINATED = 130, 143


def main(arguments: list[str]) -> int:
    """Run the scenarios asked for, all unless said otherwise; tell the exit status."""
    asked = _arguments(arguments)
    begun = time.monotonic()
    _set_up()
    folder = postgres.open_run()
    if folder is None:
        raise RuntimeError("the bench runs in no test")
    bench = Bench(folder, Kafka(folder / "kafka"), Server(folder / "postgres"), default_rng(asked.seed), asked.quick)
    outcomes: list[Outcome] = []
    try:
        bench.start()
        _say(f"seed {asked.seed}; ready after {time.monotonic() - begun:.0f} s")
        for scenario in _chosen(asked.only):
            left = _BOUND_SECONDS - _CLOSING_SECONDS - (time.monotonic() - begun)
            outcomes.append(_run(bench, scenario, left))
            _say(outcomes[-1].line())
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        signal.alarm(0)
        bench.kafka.close()
        postgres.close_run(folder)
    _say(json.dumps(summary(outcomes, time.monotonic() - begun, asked.seed)))
    return 0 if outcomes and all(outcome.fine for outcome in outcomes) else 1


def _set_up() -> None:
    configure_logs(LogLevel.ERROR, LogFormat.JSON)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # that a stopped broker does not answer is no news
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    signal.signal(signal.SIGALRM, _too_long)
    worker.prepare()


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  its progress is what it is for


def _run(bench: Bench, scenario: Scenario, left_seconds: float) -> Outcome:
    outcome = Outcome(scenario.name)
    begun = time.monotonic()
    if left_seconds < scenario.seconds / 3:
        outcome.skipped = "no time left"
        outcome.problems.append("no time left")
        return outcome
    try:
        signal.alarm(int(min(scenario.seconds, left_seconds)))
        scenario.run(bench, outcome)
    except Exception as error:  # noqa: BLE001  one scenario's end is not the bench's
        outcome.problems.append(f"{type(error).__name__}: {error}"[:500])
        traceback.print_exc()
        _show_logs(bench)
    finally:
        signal.alarm(0)
    outcome.seconds = time.monotonic() - begun
    if outcome.skipped is None and not bench.quick:
        outcome.expect(outcome.sent >= scenario.least, f"only {outcome.sent} records of at least {scenario.least}")
    _mend(bench)
    return outcome


def _show_logs(bench: Bench) -> None:
    """Show how the last workers' logs end."""
    for log in sorted(bench.folder.glob("*.log"), key=lambda path: path.stat().st_mtime)[-3:]:
        sys.stderr.write("\n  ".join([f"{log.name}:", *log.read_text(encoding="utf-8").splitlines()[-6:], ""]))


def _mend(bench: Bench) -> None:
    """Give the next scenario what it may expect, whatever this one has left."""
    bench.server.come_back()
    if bench.kafka.process is None or bench.kafka.process.poll() is not None:
        bench.kafka.start()


def _chosen(only: str) -> list[Scenario]:
    names = [name.strip() for name in only.split(",") if name.strip()]
    unknown = set(names) - {scenario.name for scenario in SCENARIOS}
    if unknown:
        raise SystemExit(f"there is no scenario {', '.join(sorted(unknown))}")
    return [scenario for scenario in SCENARIOS if not names or scenario.name in names]


def _too_long(*_: object) -> None:
    raise TimeoutError("the scenario's time is over")


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=Path(__file__).parent.name)
    parser.add_argument("--only", default="", help="names of scenarios, separated by commas")
    parser.add_argument("--quick", action="store_true", help="small volumes: for work on the bench, proves little")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="of the random choices")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
