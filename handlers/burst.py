"""One answer to what came in pieces: 老师好 / 我想问下 / 外地户口能上吗.

Floor 2: pure. A greeting, a lead-in or a fragment is answered only after a short silence; what comes in that
time is read together with it, and its answer takes the place of the one held back. A message that is a whole
question by itself is never delayed. The holding is the outbox's, so a restart loses nothing.
"""

from dataclasses import replace
from datetime import timedelta

from bot.core.dialogue import Burst
from bot.core.turn import Asked, Effect, Outcome, Say, Turn
from knowledge.entry import Decision, Small

HOLD_S = 2.5
LONGEST = 300  # characters; pieces beyond this are no beginning of a sentence any more
_BEGINNINGS = (Small.GREETING, Small.LEAD_IN)


def waiting(turn: Turn) -> Burst | None:
    """Return the burst that this message may still complete."""
    burst = turn.dialogue.burst
    if burst is None or turn.now - burst.at > timedelta(seconds=HOLD_S):
        return None
    return burst


def joined(turn: Turn) -> str:
    """Return the message with the pieces before it."""
    burst = waiting(turn)
    pieces = (burst.text if burst is not None else "", turn.incoming.text.strip())
    return " ".join(piece for piece in pieces if piece)


def piece_of(turn: Turn, decision: Decision) -> str:
    """Return what of a beginning is read with what follows: a greeting adds nothing to the pieces before it."""
    if decision.small is None:
        return decision.question
    burst = waiting(turn)
    return burst.text if burst is not None else ""


def is_beginning(decision: Decision) -> bool:
    """Tell whether the rest is probably still being typed."""
    if decision.small is not None:
        return decision.small in _BEGINNINGS
    return not decision.whole and len(decision.question) <= LONGEST


def held(turn: Turn, outcome: Outcome, piece: str) -> Outcome:
    """Hold back what would be said, and keep the piece, with those before it, for what follows."""
    burst = waiting(turn)
    slot = burst.slot if burst is not None else f"burst:{turn.fresh.draft}"
    effects = (
        replace(effect, slot=slot, hold_s=HOLD_S) if isinstance(effect, Say) else effect
        for effect in outcome.effects
        if not isinstance(effect, Asked)  # a piece is no question yet
    )
    kept = Burst(piece, turn.now, slot)
    return Outcome(replace(outcome.dialogue, burst=kept), tuple(effects))


def settled(turn: Turn, outcome: Outcome) -> Outcome:
    """Let the first thing said take the place of what was held back, whoever says it."""
    burst = turn.dialogue.burst
    if burst is None or outcome.dialogue.burst not in (burst, None):
        return outcome  # nothing was held, or it is held anew
    if waiting(turn) is None:
        return Outcome(replace(outcome.dialogue, burst=None), outcome.effects)
    effects: list[Effect] = list(outcome.effects)
    for place, effect in enumerate(effects):
        if isinstance(effect, Say) and not effect.hold_s:
            effects[place] = replace(effect, slot=burst.slot)
            return Outcome(replace(outcome.dialogue, burst=None), tuple(effects))
    return outcome
