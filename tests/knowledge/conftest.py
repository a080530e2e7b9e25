"""A small content folder of its own for each test, as a stranger would write one."""

from pathlib import Path

import pytest

FEES = """\
- id: tuition
  question: 公办小学收学费吗
  phrasings: [义务教育要交学费吗, 读公立小学一学期学费多少]
  answer: 不收学费和杂费。
  source: {title: 中华人民共和国义务教育法, article: 第二条, date: 2018-12-29}
  checked_on: 2026-11-22
  related: [meals]
- id: meals
  question: 学校食堂的餐费怎么收
  phrasings: [午餐费多少钱, 伙食费退不退]
  answer: 按实际用餐收取,多退少补。
  sample: true
"""
TRANSFER = """\
- id: transfer
  question: 孩子怎么转学
  phrasings: [转学手续在哪里办, 转学需要什么材料]
  answer: 向转入学校申请。
  source: {title: 中小学生学籍管理办法, date: 2025-01-03}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with nothing but two faq files."""
    content = tmp_path / "content"
    (content / "faq").mkdir(parents=True)
    (content / "faq" / "fees.yaml").write_text(FEES, encoding="utf-8")
    (content / "faq" / "transfer.yaml").write_text(TRANSFER, encoding="utf-8")
    return content
