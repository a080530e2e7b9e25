"""What a human is told about a decision: `ask` without `--json` prints it.

What was normalised and repaired, which slots were found, the best five with their part scores, and why the decision
fell so. Floor 0; pure.
"""

from dataclasses import dataclass

from knowledge.entry import Decision
from knowledge.meaning import NEAR
from knowledge.parse import Parsed
from knowledge.retrieve import FEATURES, Match

_BEST = 5


@dataclass(frozen=True, slots=True)
class Look:
    """One text (the whole message or a clause) with the entries ranked for it, the best first."""

    text: str
    parsed: Parsed
    repairs: tuple[tuple[str, str], ...]  # (was, is)
    ranked: tuple[tuple[str, Match], ...]
    scores: tuple[float, ...]
    elsewhere: str  # the other place or office it is about
    by_meaning: bool = False  # the semantic layer had a part in the ranking

    @property
    def top(self) -> float:
        """Return the best score, 0 without candidates."""
        return self.scores[0] if self.scores else 0.0

    def bars_direct_answer(self, entry_id: str) -> bool:
        """Tell whether an entry says "may" where the question says "may not", or the other way round."""
        return any(key == entry_id and "may" in match.clashes for key, match in self.ranked)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and all that led to it."""

    decision: Decision
    looks: tuple[Look, ...]
    reason: str

    def __str__(self) -> str:
        """Write the report."""
        decision = self.decision
        lines = [f"question   {decision.question}"]
        for number, look in enumerate(self.looks):
            lines += _look_lines(look, "whole" if number == 0 else f"part {number}")
        lines.append(
            f"outcome    {decision.outcome}" + ("" if decision.whole else ", waits for more")
        )
        lines.append(f"because    {self.reason}")
        for answer in decision.answers:
            lines.append(f"  gives    {answer.id} {answer.score:.1f}  for: {answer.part}")
        return "\n".join(lines)


def _look_lines(look: Look, name: str) -> list[str]:
    parsed = look.parsed
    lines = [f"{name:<10} {look.text}", f"  compared {parsed.text}"]
    if parsed.gloss:
        lines.append(f"  glossary {parsed.gloss}")
    if look.repairs:
        lines.append("  repaired " + ", ".join(f"{was} -> {now}" for was, now in look.repairs))
    slots = [f"{family}={'/'.join(sorted(named))}" for family, named in parsed.slots.values.items()]
    slots += [f"not ours={look.elsewhere}"] if look.elsewhere else []
    lines.append("  slots    " + (", ".join(slots) or "none"))
    lines.append("  ideas    " + " ".join(parsed.ideas))
    for (key, match), score in list(zip(look.ranked, look.scores, strict=True))[:_BEST]:
        parts = " ".join(
            f"{part}={value:.2f}"
            for part, value in zip((*FEATURES, *NEAR), (*match.parts, *match.near), strict=False)
            if value
        )
        clash = f"  contradicts {', '.join(match.clashes)}" if match.clashes else ""
        lines.append(f"  {score:6.1f}   {key}{clash}  {parts}")
    return lines
