"""Small FAQs for the matcher's tests."""

from datetime import date

from knowledge.entry import Entry
from knowledge.match import Index

TODAY = date(2026, 11, 23)


def entry(key: str, *texts: str) -> Entry:
    """Make an entry of an id, its question and further phrasings."""
    return Entry(key, texts[0], "答案", phrasings=texts[1:])


def index(*entries: Entry) -> Index:
    """Make an index of entries."""
    return Index(entries)


SCHOOL = (
    entry("primary-time", "小学一年级新生报名时间", "今年小学招生什么时候开始报名", "小学几号报名"),
    entry(
        "primary-documents",
        "小学一年级报名需要提交哪些材料",
        "小学入学要带什么证件",
        "报小学要带啥",
    ),
    entry("primary-zone", "小学学区划片范围查询", "我家小区对应哪所小学", "小学招生片区怎么划分"),
    entry("primary-rent", "租房居住如何申请小学学位", "租房子能让孩子上附近小学吗"),
    entry("junior-time", "小升初报名时间和流程", "初中新生什么时候报名", "初中几号登记"),
    entry("junior-documents", "初中入学报名需要哪些材料", "小升初要带什么证件", "上初中要带啥"),
    entry("migrant", "外地户籍孩子在本区上学怎么申请", "外地户口上小学需要哪些手续"),
    entry("transfer-in", "外地学生转入本区就读怎么办理", "孩子想转到这边学校来"),
    entry("transfer-out", "本区学生转出到外地学校如何办理", "孩子要转回老家上学"),
    entry("suspend", "学生休学申请办理流程", "因病休学需要什么证明", "孩子病了想先停一年课"),
    entry("resume", "休学期满如何申请复学", "病好了想回学校接着念"),
    entry("quota", "指标到校名额分配方案", "配额生名额在哪里公示", "我们初中分到几个指标生"),
    entry("hiring", "教师公开招聘报名时间和方式", "教师招聘什么时候报名", "考编怎么报名"),
    entry("selection", "在编教师选调公告和条件", "外区教师如何选调到本区"),
    entry("uniform", "校服采购和收费规定", "校服一套多少钱", "校服可以不买吗"),
    entry("hours", "教育局办公时间和地址", "教育局几点上班", "教育局周末上班吗"),
    entry("complain", "如何投诉举报学校", "举报电话是多少", "想反映学校问题找谁"),
    entry("anonymous", "可以匿名举报吗", "投诉人信息会不会保密"),
)
