"""The word lists themselves: no key is lost to a second one, and what replaces a word spoils no other."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from knowledge.lexicon import FOLDER, load_lexicon
from knowledge.parse import Parser

PARSER = Parser(load_lexicon())


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_key_stands_twice_in_a_list(path: Path) -> None:
    tree = yaml.compose(path.read_text("utf-8"), yaml.CSafeLoader)
    assert isinstance(tree, yaml.MappingNode)
    maps = [tree, *(value for _, value in tree.value if isinstance(value, yaml.MappingNode))]
    for one in maps:
        counted = Counter(key.value for key, _ in one.value)
        assert [key for key, times in counted.items() if times > 1] == []


@pytest.mark.parametrize(
    "text",
    [
        "全国中小学生学籍系统怎么登录",
        "外国小孩怎么上学",
        "早点解决问题",
        "几点报到",
        "周六几点办公",
        "出国一年后回来",
        "强制服从调剂",
        "补教师资格证",
        "面试教室在哪里",
        "比别人小一岁",
        "高职称",
        "下课辅导",
        "旁边所有小区",
    ],
)
def test_a_regional_word_inside_another_word_stays(text: str) -> None:
    assert PARSER.clean(text)[0] == text


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("国小三年级", "小学三年级"),
        ("国中会考成绩", "中考成绩"),
        ("点报名", "怎么报名"),
        ("出世纸唔见咗", "出生证不见了"),
        ("请问边度交公幼的报名表", "请问哪里交公办幼儿园的报名表"),
    ],
)
def test_regional_words_are_read_as_what_is_said_here(said: str, meant: str) -> None:
    assert PARSER.clean(said)[0] == meant
