"""Charts to draw in tests, among them what a real table may hold: long names, many schools, gaps, zeros, decimals."""

from bot.core.chart import Chart, Series, Shape

LONG = "示例区教育科学研究院附属实验九年一贯制学校(东校区)"
FOOT = ("示例区 2026 年普通高中招生计划 · ×教基〔2026〕5号 · 2026-05-12 公布",)


def bars(
    values: tuple[str, ...] = ("45", "40"),
    *,
    names: tuple[str, ...] = (),
    more: tuple[Series, ...] = (),
    marked: tuple[int, ...] = (),
) -> Chart:
    names = names or tuple(f"示例区第{number}中学" for number, _ in enumerate(values))
    return Chart(
        Shape.BARS,
        "2026 年指标到校名额对比",
        names,
        (Series("", values), *more),
        unit="单位:个",
        badge="示例数据",
        foot=FOOT,
        marked=marked,
    )


def lines(*values: tuple[str, ...], names: tuple[str, ...] = ()) -> Chart:
    names = names or tuple(f"第{number}所" for number, _ in enumerate(values))
    return Chart(
        Shape.LINES,
        "录取分数线变化",
        tuple(str(2027 - len(values[0]) + at) for at in range(len(values[0]))),
        tuple(Series(*one) for one in zip(names, values, strict=True)),
        unit="单位:分",
        foot=FOOT,
        not_from_zero="纵轴不从 0 开始",
    )


THIRTY = bars(
    tuple(f"{1000 - 30 * at}.5" for at in range(30)),
    names=tuple(f"{LONG}{at}" if at % 3 == 0 else f"第{at}小学" for at in range(30)),
    marked=(7,),
)
TWO_EACH = bars(
    ("658", "621", ""),
    names=("示例市第一中学", LONG, "示例区实验高级中学"),
    more=(Series("指标到校", ("628", "", "569"), ("去年 622", "", "去年 561")),),
)
SIX_LINES = lines(
    *(tuple(str(600 + 9 * one + year) if (one + year) % 4 else "" for year in range(6)) for one in range(6)),
    names=tuple(f"{LONG}{one}" for one in range(6)),
)  # fmt: skip
EVERY = {
    "two schools": bars(),
    "thirty schools": THIRTY,
    "two figures a school": TWO_EACH,
    "one school": bars(("45",)),
    "nothing but zeros": bars(("0", "0", "0")),
    "a zero and a gap": bars(("12", "0", "")),
    "decimals": bars(("1234567.25", "0.5")),
    "one line": lines(("649", "652", "658")),
    "a line with a gap": lines(("30", "", "42", "45")),
    "one point": lines(("649", "")),
    "a line of zeros": lines(("0", "0")),
    "a level line": lines(("600", "600")),
    "six lines": SIX_LINES,
    "great figures": lines(("1234567.25", "2345678.5", "1", "0", "9", "9999999")),
}
