"""What a scenario did and found, and what all of them together say in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Outcome:
    """
    One scenario's figures; filled in while it runs.

    Args:
        sent: Records that were sent.
        stored: Records of them that were stored.
        doubled: Deliveries beyond one a record.
        lost: Records that were sent and not stored.
        faults: Faults that were truly injected, by kind.
        figures: What else was seen.
        controls: Controls that failed as they must, with what they showed.
        problems: What was not as promised; empty if all was.
        skipped: Why it was left out.

    """

    name: str
    sent: int = 0
    stored: int = 0
    doubled: int = 0
    lost: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    figures: dict[str, object] = field(default_factory=dict)
    controls: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    skipped: str | None = None
    seconds: float = 0.0

    @property
    def fine(self) -> bool:
        """Tell whether everything was as promised."""
        return not self.problems

    def expect(self, holds: object, words: str) -> None:
        """Note what was promised and does not hold."""
        if not holds:
            self.problems.append(words)

    def control(self, name: str, shown: str, *, failed: object) -> None:
        """Note a control: with a part of the way left out it must fail, or the scenario proves nothing."""
        if failed:
            self.controls[name] = shown
        else:
            self.problems.append(f"the control '{name}' did not fail: {shown}")

    def line(self) -> str:
        """Write it as a line of progress."""
        if self.skipped is not None:
            return f"{self.name:4} skipped: {self.skipped}"
        seen = {"sent": self.sent, "stored": self.stored, "doubled": self.doubled, "lost": self.lost}
        words = [*_pairs(seen), *_pairs(self.faults), *_pairs(self.figures)]
        words += [f"control {name}: {shown}" for name, shown in self.controls.items()]
        verdict = "ok" if self.fine else "FAILED: " + "; ".join(self.problems)
        return f"{self.name:4} {self.seconds:5.0f} s  {verdict}\n       " + ", ".join(words)


def _pairs(values: Mapping[str, object]) -> list[str]:
    return [f"{name} {value}" for name, value in values.items()]


def summary(outcomes: list[Outcome], seconds: float, seed: int) -> dict[str, object]:
    """Put all scenarios together."""
    ran = [outcome for outcome in outcomes if outcome.skipped is None]
    faults: Counter[str] = Counter()
    for outcome in ran:
        faults.update(outcome.faults)
    return {
        "faults": dict(sorted(faults.items())),
        "sent": sum(outcome.sent for outcome in ran),
        "stored": sum(outcome.stored for outcome in ran),
        "doubled": sum(outcome.doubled for outcome in ran),
        "lost": sum(outcome.lost for outcome in ran),
        "controls_failed_as_they_must": [f"{one.name} {name}" for one in ran for name in one.controls],
        "passed": [outcome.name for outcome in ran if outcome.fine],
        "failed": {outcome.name: outcome.problems for outcome in ran if not outcome.fine},
        "skipped": {outcome.name: outcome.skipped for outcome in outcomes if outcome.skipped is not None},
        "random_seed": seed,
        "seconds": round(seconds),
    }
