"""What the users of the benchmark write: questions from the golden set, as people vary them, and one alone.

A share is asked word for word by many, as it is on the day enrolment opens; the rest is varied so that
the same text hardly ever comes again, and no cache answers it.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

import yaml

GOLDEN = Path("knowledge/content/golden.yaml")
REPEATED = 0.25  # share of questions asked word for word as somebody else did
POPULAR = 40  # that many questions make up the repeated share, the first ones more often
OPENINGS = ("请问", "老师,", "想问一下", "我想咨询:", "您好,", "那个,", "麻烦问下,", "求助,")
ENDINGS = ("呀", "呢", "啊", "?", "谢谢", ",急", ",在线等", "吗?", "!", "??")
CHILDREN = (
    "我家老大",
    "我家老二",
    "我侄子",
    "我外甥女",
    "邻居家孩子",
    "我孙子",
    "我闺女",
    "双胞胎",
)


def golden() -> list[str]:
    """Return the questions of the golden set, in its order."""
    lines = yaml.safe_load(GOLDEN.read_text("utf-8"))
    return [str(line["question"]) for line in lines]


def endless(questions: list[str], chance: Random, repeated: float = REPEATED) -> Iterator[str]:
    """Yield questions for ever: a share of them popular and verbatim, the others varied and numbered."""
    popular = questions[:: max(1, len(questions) // POPULAR)][:POPULAR]
    weights = [1 / rank for rank in range(1, len(popular) + 1)]
    for number in count(1):
        if chance.random() < repeated:
            yield chance.choices(popular, weights)[0]
        else:
            yield _varied(chance.choice(questions), chance, number)


def _varied(question: str, chance: Random, number: int) -> str:
    """Say it as another person would: an opening, an ending, a slip of the finger, whose child it is."""
    text = question.rstrip("?？。!")
    if len(text) > 8 and chance.random() < 0.2:
        place = chance.randrange(1, len(text) - 1)
        text = text[:place] + text[place + 1 :]
    if chance.random() < 0.3:
        text = f"{chance.choice(CHILDREN)}{number % 12 + 1}岁,{text}"
    if chance.random() < 0.6:
        text = chance.choice(OPENINGS) + text
    return text + chance.choice(ENDINGS)
