"""Who answers, until when, and what is danger: the shipped routing.yaml and what can be wrong with one."""

import re

import pytest

from knowledge.assemble import SHIPPED
from knowledge.reading import read_one
from knowledge.routing import FIRST_CHOICES, Routing, make_routing
from knowledge.schema_desk import RoutingRow

TEXT = (SHIPPED / "routing.yaml").read_text(encoding="utf-8")


def read(text: str) -> tuple[Routing, list[str]]:
    rows = read_one("routing.yaml", text.encode(), RoutingRow)
    assert rows.rows, rows.problems
    routing, problems = make_routing(rows)
    return routing, [str(problem) for problem in (*rows.problems, *problems)]


ROUTING, PROBLEMS = read(TEXT)


def test_the_shipped_routing_is_right() -> None:
    assert PROBLEMS == []
    assert 2 <= len(ROUTING.first_choices()) <= FIRST_CHOICES
    assert all(category.label_en for category in ROUTING.categories.values())
    assert all(ROUTING.department_of(category).name for category in ROUTING.categories)


@pytest.mark.parametrize(
    ("said", "group"),
    [
        ("孩子说不想活了", "self-harm"),
        ("不 想。活了", "self-harm"),
        ("她自殺了怎麼辦", "self-harm"),
        ("他写了遗书！！", "self-harm"),
        ("my daughter wants to die", "self-harm"),
        ("他一直说suicide这个词", "self-harm"),
        ("我儿子被打骨折了", "violence"),
        ("门口有人持刀", "violence"),
        ("老师摸我女儿", "sexual"),
        ("放学到现在孩子没回家", "missing"),
        ("食堂着火了", "disaster"),
        ("闻到煤气味", "disaster"),
        ("全班上吐下泻", "poisoning"),
        ("老师用针扎孩子", "abuse"),
        ("老师扇我孩子耳光", "abuse"),
        ("他老割手怎么办", "self-harm"),
        ("女儿说要跳下去", "self-harm"),
        ("孩子失联了", "missing"),
        ("食堂吃吐了好几个", "poisoning"),
        ("孩子被几个同学围着打", "violence"),
        ("孩子被家长打", "violence"),
        ("孩子忘在校车上了", "disaster"),
        ("孩子被逼吃粪便", "bullying"),
        ("班主任体罚孩子", "abuse"),
        ("孩子在学校被霸凌怎么办", "bullying"),
        ("My son is being bullied at school", "bullying"),
    ],
)
def test_danger_is_urgent_and_shows_hotlines(said: str, group: str) -> None:
    found = ROUTING.emergency(said)
    assert found is not None
    assert (found.group, found.urgent, found.look) == (group, True, False)
    assert found.hotlines
    assert found.words


@pytest.mark.parametrize(
    ("said", "group"),
    [
        ("老师跟孩子说你怎么不去死", "self-harm"), ("班主任说:“你去死吧”", "self-harm"), ("同学都叫她去死", "self-harm"),
        ("女儿说想从阳台跳下去", "self-harm"), ("孩子从教学楼六楼要跳", "self-harm"), ("他爬到楼顶了", "self-harm"),
        ("孩子在手腕上用刀划", "self-harm"), ("娃把农药喝了", "self-harm"), ("再逼我就死给你们看", "self-harm"),
        ("孩子想自sha", "self-harm"), ("孩子想条楼", "self-harm"), ("他说想紫砂", "self-harm"), ("she doesn't want to live", "self-harm"), ("门牙被打掉了", "violence"),
        ("孩子被同学一脚踢倒,又被他踹", "violence"), ("老师踢了我家儿子一脚", "abuse"), ("老师拿书砸我娃的头", "abuse"),
        ("老师摸女儿大腿", "sexual"), ("全班一半都拉肚子", "poisoning"), ("留了张纸条走了", "missing"),
    ],
)  # fmt: skip
def test_danger_is_seen_whatever_stands_between_its_words(said: str, group: str) -> None:
    found = ROUTING.emergency(said)
    assert found is not None
    assert (found.group, found.urgent) == (group, True)


@pytest.mark.parametrize(
    "said",
    [
        "你们去死吧", "老师掐时间考试", "高中掐尖抢学生", "孩子从楼下跳绳回来", "老师注重动手能力", "老师给孩子打了低分", "孩子被踢出班级群",
        "我要被作业打死了", "学校紫砂壶课要交钱", "想学紫砂壶", "规划一下自己的志愿", "食堂菜农药残留超标", "老师亲自教学生", "他去死磕高考", "孩子没到校怎么请假", "留学要什么材料",
    ],
)  # fmt: skip
def test_words_that_only_happen_to_stand_near_one_another_are_no_danger(said: str) -> None:
    assert ROUTING.emergency(said) is None


@pytest.mark.parametrize("said", ["作业多得想死了", "作业多得想跳楼", "我女儿有点抑郁"])
def test_a_way_of_speaking_is_not_urgent_but_somebody_has_a_look(said: str) -> None:
    found = ROUTING.emergency(said)
    assert found is not None
    assert (found.urgent, found.look) == (False, True)


def test_a_way_of_speaking_beside_real_danger_is_urgent() -> None:
    found = ROUTING.emergency("作业多得想死了,昨晚她说活着没意思,不想活了")
    assert found is not None
    assert found.urgent


@pytest.mark.parametrize(
    "said",
    [
        "孩子被老师打电话叫去", "被老师打零分了", "打我儿子电话没人接", "培训机构失联了", "农药残留检查",
        "小学几岁报名", "摸底考试什么时候", "老师打电话说什么", "期中被打低分了", "超市跳楼价", "孩子不想活动", "什么是校园欺凌", "体罚学生的规定有哪些",
        "骨折了中考体育考试能免吗", "学校有没有急救培训", "防溺水教育谁负责", "账号被绑定了登不上", "学校公众号被关闭了", "抑郁症休学要什么材料", "",
        "消防演练通知", "入职查询性侵犯罪记录的规定", "What is bullying?", "tutoring company ran away with my money", "gunfire in a film title: on firefly",
    ],
)  # fmt: skip
def test_an_ordinary_question_is_no_emergency(said: str) -> None:
    assert ROUTING.emergency(said) is None


def test_self_harm_is_never_calmed_by_asking_about_rules() -> None:
    for said in ("自杀的孩子学校怎么处理", "孩子自残,学校有什么规定"):
        found = ROUTING.emergency(said)
        assert found is not None
        assert found.urgent


def test_hotlines_that_nobody_verified_are_samples_or_absent() -> None:
    assert set(ROUTING.hotlines) == {"110", "119", "120", "12356", "12345", "12355"}
    assert [number for number, hotline in ROUTING.hotlines.items() if hotline.sample] == ["12355"]
    assert not re.search("12388|12309|12391", TEXT)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("我要投诉", "complaint"), ("我想投诉学校乱收费", "complaint"), ("我要举报老师有偿补课", "report"), ("提个建议", "suggestion"),
        ("I want to complain about a teacher", "complaint"), ("我 要 投 诉", "complaint"), ("我要投訴", "complaint"),
        ("投诉电话是多少", None), ("举报电话多少", None), ("怎么投诉学校", None), ("我想投诉,打什么电话", None), ("可以匿名投诉吗", None),
        ("我要建议 学校门口加个红绿灯", "suggestion"), ("我想提个建议:课后服务延长到六点", "suggestion"), ("建议校门口装减速带", "suggestion"),
        ("老师您好,举报三中有偿补课", "report"), ("举报教育局领导贪污", "report"), ("投诉三中食堂", "complaint"), ("我要投拆乱收费", "complaint"),
        ("wo yao tousu", "complaint"), ("我要投诉,上次投诉了没人理", "complaint"), ("I'd like to report a teacher", "report"),
        ("建议报哪个学校", None), ("投诉后多久给答复", None), ("投诉三中有用吗?", None), ("举报老师补课,会不会报复我孩子", None),
        ("我要举报的话要实名吗", None), ("这个怎么用来投诉", None), ("反映的事一直推诿不办", None), ("学校说投诉就开除", None), ("能给我建议吗", None),
        ("How can I file a complaint", None), ("小学报名", None), ("", None),
    ],
)  # fmt: skip
def test_a_message_that_plainly_is_a_complaint_is_one_and_a_question_about_it_is_not(
    said: str, kind: str | None
) -> None:
    assert ROUTING.plain_kind(said) == kind


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("食堂的饭菜变质了", "food"),
        ("幼儿园入园名额", "enrolment-kindergarten"),
        ("培训机构跑路了", "tutoring"),
        ("校长贪污", "other-integrity"),
        ("厕所漏水,校舍是危房", "other-facilities"),
    ],
)
def test_a_category_is_suggested_by_parents_words(said: str, category: str) -> None:
    assert ROUTING.suggest(said)[0].id == category


def test_a_matter_that_no_hint_fits_goes_to_the_last_category_and_danger_to_those_for_it() -> None:
    assert ROUTING.likeliest("食堂的饭菜变质了", urgent=True) == "food"
    assert ROUTING.likeliest("昨天被围殴了") == tuple(ROUTING.categories)[-1]
    assert ROUTING.likeliest("昨天被围殴了", urgent=True) == "safety"


def test_nothing_is_suggested_without_a_word_for_it() -> None:
    assert ROUTING.suggest("你好") == ()
    assert len(ROUTING.suggest("食堂收费老师作业招生幼儿园", limit=2)) == 2


def test_a_category_s_own_limit_goes_before_its_kind_s_but_not_for_a_question() -> None:
    assert ROUTING.limit_days("complaint", "other-openness") == 20
    assert ROUTING.limit_days("question", "other-openness") == ROUTING.limits["question"].workdays
    assert ROUTING.limit_days("complaint", "food") == ROUTING.limits["complaint"].workdays
    assert ROUTING.limit_days("report") == ROUTING.limits["report"].workdays


def test_a_matter_of_integrity_is_confidential_and_goes_to_the_inspectors() -> None:
    assert [one.id for one in ROUTING.categories.values() if one.confidential] == [
        "other-integrity"
    ]
    assert ROUTING.department_of("other-integrity").id == "jiwei"


def test_a_category_that_is_gone_still_has_a_department() -> None:
    assert ROUTING.department_of("long-gone").id in ROUTING.departments


def test_second_choices_are_those_under_the_first() -> None:
    assert {one.under for one in ROUTING.second_choices("enrolment")} == {"enrolment"}
    assert ROUTING.second_choices("fees") == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("department: jicai", "department: jicay", "承办科室“jicay”没有写在 departments 里。是不是想写“jicai”?"),
        ("under: enrolment", "under: enrolmint", "上级类别“enrolmint”没有写在"),
        ("- id: fees", "- id: food", "“food”重复了"),
        ('hotlines: ["12356"]', 'hotlines: ["12391"]', "热线“12391”没有写在 hotlines 里"),
        ("    under: safety\n", "", "最多 8 个"),
        ("complaint: {workdays: 15", "complaint: {workdays: 1500", "“1500”不是整数,或者超出了允许的范围(1 到 250)"),
        ("urgency: priority", "urgency: high", "只能是下面之一:normal, priority, urgent"),
        ("confidential: true", "confidental: true", "是不是想写“confidential”?"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_routing_is_told(old: str, new: str, told: str) -> None:
    assert old in TEXT
    rows = read_one("routing.yaml", TEXT.replace(old, new).encode(), RoutingRow)
    problems = [str(problem) for problem in rows.problems]
    if rows.rows:
        problems += [str(problem) for problem in make_routing(rows)[1]]
    assert any(told in problem for problem in problems), problems
