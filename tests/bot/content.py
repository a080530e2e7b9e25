"""A content folder that may be written to, for tests that edit."""

from __future__ import annotations

import shutil
from pathlib import Path

from knowledge.library import SHIPPED, Library
from tests.bot.bureau import Bureau

FAQ = """\
# 本区的问答,改完保存。

- id: primary-age   # 最常问的
  question: 孩子几岁可以上小学一年级?
  phrasings:
    - 多大能上一年级   # 家长原话
  answer: |
    年满六周岁的儿童,应当入学。
  source: {title: 义务教育法, article: 第十一条}

- id: meal-fee
  question: 学校食堂的伙食费怎么收?
  phrasings: [午餐费多少钱]
  answer: 伙食费据实收取。
  sample: true
"""
NAME = "faq/desk.yaml"


def give_content(bureau: Bureau, folder: Path) -> Path:
    """Let the bureau answer from a folder of its own; return the file with its entries."""
    (folder / "faq").mkdir(parents=True)
    for name in ("routing.yaml", "calendar.yaml", "schools.yaml"):
        shutil.copy(SHIPPED / name, folder / name)
    (folder / NAME).write_text(FAQ, encoding="utf-8")
    bureau.office.library = Library(folder)
    return folder / NAME
