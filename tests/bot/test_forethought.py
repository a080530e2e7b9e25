"""What a question means is found before its transaction, and nobody waits long for it."""

import asyncio
import threading
from pathlib import Path

import pytest

from bot.commands import serve
from bot.core.config import Config
from bot.core.turn import Arrival, Outcome, Place, Turn
from bot.service import forethought, understanding
from bot.service.engine import Engine
from bot.service.forethought import Forethought
from bot.service.understanding import Understanding
from knowledge.meaning import Floats
from tests.bot.bureau import Bureau
from tests.bot.content import give_content
from tests.embedders import Letters
from tests.knowledge.entries import TODAY

ASKED = "娃换个地方念书咋弄"  # of which words are not sure


def layered(bureau: Bureau, folder: Path, embedder: Letters) -> Forethought:
    """Give a bureau the semantic layer; return what thinks ahead for its engine."""
    layer = Understanding(embedder, folder)
    library = bureau.office.library
    with_layer = layer.prepare(library.current)
    embedder.asked.clear()
    embedder.threads.clear()
    return Forethought(layer, lambda: with_layer.index, lambda: TODAY)


async def test_a_question_is_embedded_in_a_thread_of_its_own_and_handed_in_with_the_turn(
    bureau: Bureau, tmp_path: Path
) -> None:
    embedder, turns, embedded = Letters(), list[Turn](), list[str]()
    thinks = layered(bureau, tmp_path, embedder)
    prepared = thinks._index()

    def respond(turn: Turn) -> Outcome:
        before = len(embedder.asked)
        knowledge = turn.knowledge.index
        knowledge.ask(turn.incoming.text, today=TODAY)
        embedded.extend(embedder.asked[before:])
        turns.append(turn)
        return Outcome(turn.dialogue)

    engine = Engine(bureau.office, respond)
    engine.forethought = thinks
    found = await thinks([bureau.text(ASKED)])
    assert set(found) == set(prepared.texts_of(ASKED, today=TODAY))
    assert await engine.receive(bureau.text(ASKED))
    assert embedded == []  # not a text in the transaction
    assert all(name.startswith("forethought") for name in embedder.threads)
    thinks.close()


async def test_buttons_greetings_and_staff_are_not_thought_about(
    bureau: Bureau, tmp_path: Path
) -> None:
    embedder = Letters()
    thinks = layered(bureau, tmp_path, embedder)
    for incoming in (
        bureau.text("menu", arrival=Arrival.CHOICE),
        bureau.text("老师好"),
        bureau.text("/start"),
        bureau.text("转学需要什么手续"),
        bureau.text(ASKED, place=Place.STAFF),
        bureau.text(ASKED, place=Place.GROUP, addressed=False),
    ):
        assert await thinks([incoming]) == {}
    assert embedder.asked == []


async def test_numbers_of_people_are_left_out_as_the_dialogue_leaves_them_out(
    bureau: Bureau, tmp_path: Path
) -> None:
    embedder = Letters()
    thinks = layered(bureau, tmp_path, embedder)
    await thinks([bureau.text(f"手机13812345678 {ASKED}")])
    assert embedder.asked
    assert not any("138" in text for text in embedder.asked)


async def test_who_comes_while_the_embedding_is_stuck_is_answered_by_words_and_the_loop_runs_on(
    bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forethought, "PATIENCE_S", 0.05)
    embedder, gate = Letters(), threading.Event()
    thinks = layered(bureau, tmp_path, embedder)
    real = embedder.embed

    def stuck(texts: list[str]) -> object:
        gate.wait(5)
        return real(texts)

    monkeypatch.setattr(embedder, "embed", stuck)
    asking = [
        asyncio.ensure_future(thinks([bureau.text(f"{ASKED}{n}", chat=str(n))])) for n in range(20)
    ]
    await asyncio.sleep(0)
    assert sum(one.done() for one in asking) == 0
    assert [await one for one in asking] == [{}] * 20
    gate.set()
    thinks.close()


async def test_what_belongs_to_one_chat_keeps_its_order(
    bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder, gate = Letters(), threading.Event()
    thinks = layered(bureau, tmp_path, embedder)
    real = embedder.embed

    def waits(texts: list[str]) -> object:
        gate.wait(5)
        return real(texts)

    monkeypatch.setattr(embedder, "embed", waits)
    done: list[str] = []

    async def think(name: str, text: str, chat: str) -> None:
        await thinks([bureau.text(text, chat=chat)])
        done.append(name)

    first = asyncio.ensure_future(think("question", ASKED, "1"))
    await asyncio.sleep(0.01)
    second = asyncio.ensure_future(think("greeting", "谢谢", "1"))
    other = asyncio.ensure_future(think("other chat", "谢谢", "2"))
    await other
    gate.set()
    await asyncio.gather(first, second)
    assert done == ["other chat", "question", "greeting"]
    assert thinks._latest == {}
    thinks.close()


async def test_a_long_batch_gets_what_there_is_time_for(
    bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forethought, "BUDGET_S", -1.0)
    thinks = layered(bureau, tmp_path, Letters())
    assert await thinks([bureau.text(ASKED), bureau.text("别的事情怎么办呢")]) == {}
    thinks.close()


async def test_serve_wires_the_layer_as_configured(
    bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(understanding, "installed", Letters)
    give_content(bureau, tmp_path / "content")
    settings = {"database": f"sqlite:{tmp_path}/b.sqlite3", "matching": {"semantic": "auto"}}
    thinks = serve._forethought(Config.model_validate(settings), bureau.office)
    assert thinks is not None
    assert await thinks([bureau.text(ASKED)]) == {}  # the layer is not ready yet
    bureau.office.library.settle()
    assert await thinks([bureau.text(ASKED)])
    assert (tmp_path / "cache").is_dir()
    thinks.close()
    off = Config.model_validate({"matching": {"semantic": "off"}})
    assert serve._forethought(off, bureau.office) is None


async def test_a_mistake_in_thinking_ahead_keeps_no_message_from_being_handled(
    bureau: Bureau,
) -> None:
    async def fails(batch: object) -> dict[str, Floats]:
        raise RuntimeError("cannot schedule new futures after shutdown")

    turns: list[Turn] = []

    def respond(turn: Turn) -> Outcome:
        turns.append(turn)
        return Outcome(turn.dialogue)

    engine = Engine(bureau.office, respond)
    engine.forethought = fails
    assert await engine.receive(bureau.text(ASKED))
    assert len(turns) == 1


async def test_after_the_stop_nothing_is_thought_about_and_nothing_fails(
    bureau: Bureau, tmp_path: Path
) -> None:
    thinks = layered(bureau, tmp_path, Letters())
    thinks.close()
    engine = Engine(bureau.office, lambda turn: Outcome(turn.dialogue))
    engine.forethought = thinks
    assert await engine.receive(bureau.text(ASKED))
