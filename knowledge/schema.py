"""What may stand in faq/*.yaml, topics.yaml, golden.yaml and synonyms.yaml, and the values it becomes.

Floor 0. The models are also where the JSON Schema for editors comes from.
"""

from typing import Annotated, Literal

from pydantic import Field

from knowledge.entry import Entry, Source, Stage
from knowledge.fields import (
    MAYBE,
    Answer,
    Flag,
    Id,
    Ids,
    Line,
    Lines,
    Loose,
    LooseAnswer,
    MaybeDay,
    MaybeYear,
    Row,
    SomeDay,
    Url,
)


class SourceRow(Row):
    """Where an answer comes from."""

    title: Line
    number: Loose = ""
    article: Loose = ""
    date: SomeDay = ""
    url: Url = ""

    def value(self) -> Source:
        """Give the source as the rest of the program knows it."""
        return Source(self.title, self.number, self.article, self.date, self.url)


class EntryRow(Row):
    """One entry of faq/*.yaml."""

    id: Id
    question: Line
    answer: Answer
    phrasings: Lines = ()
    source: Annotated[SourceRow | None, MAYBE] = None
    stage: Annotated[Stage | None, MAYBE] = None
    valid_from: MaybeDay = None
    valid_until: MaybeDay = None
    school_year: MaybeYear = None
    checked_on: MaybeDay = None
    review_by: MaybeDay = None
    sample: Flag = False
    status: Literal["live", "draft"] = "live"
    related: Ids = ()
    question_en: Loose = ""
    answer_en: LooseAnswer = ""
    phrasings_en: Lines = ()

    def value(self, topic: str, where: str) -> Entry:
        """Give the entry as the rest of the program knows it."""
        return Entry(
            id=self.id,
            question=self.question,
            answer=self.answer,
            phrasings=self.phrasings,
            topic=topic,
            source=self.source.value() if self.source else None,
            stage=self.stage,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            school_year=self.school_year,
            checked_on=self.checked_on,
            review_by=self.review_by,
            sample=self.sample,
            draft=self.status == "draft",
            related=self.related,
            question_en=self.question_en,
            answer_en=self.answer_en,
            phrasings_en=self.phrasings_en,
            where=where,
        )


class TopicRow(Row):
    """One topic of topics.yaml: how the menu names the entries of faq/<id>.yaml."""

    id: Line
    title: Line
    title_en: Loose = ""


class SynonymRow(Row):
    """A word of the entries and what else people call it; adds to the words that are shipped."""

    word: Line
    also: Annotated[Lines, Field(min_length=1)]


class GoldenRow(Row):
    """One golden question: the entry it must hit, or null where it must not be answered."""

    question: Line
    entry: Annotated[Id | None, MAYBE]
