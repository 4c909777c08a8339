"""Charts tell the truth: heights are to scale, gaps stay gaps, and the numbers stand behind in a table."""

import re

import pytest
from django.template import Context, Template
from django.utils import translation

from hotline.core import charts
from hotline.core.charts import Chart, Series


def drawn(tag, chart):
    return Template("{% load components %}{% " + tag + " chart %}").render(Context({"chart": chart}))


def test_bars_stand_on_each_other_to_scale():
    chart = Chart("Calls", ["8", "9"], [Series("Answered", [10, 20]), Series("Lost", [10, 0], "bad")])
    one, two, three = charts.bars(chart).shapes
    assert one["height"] == pytest.approx(two["height"])
    assert three["height"] == pytest.approx(2 * one["height"])
    assert two["y"] + two["height"] == pytest.approx(one["y"])
    assert three["y"] == charts.TOP  # twenty is the top of the scale


@pytest.mark.parametrize(("value", "top"), [(0.2, 1), (1, 1), (7, 8), (41, 50), (101, 150), (999, 1000)])
def test_the_scale_ends_at_a_round_number(value, top):
    assert charts.rounded_up(value) == top


def test_what_was_not_measured_breaks_the_line_and_is_no_zero():
    chart = Chart("Level", list("abcd"), [Series("Now", [80, None, 90, 100])], unit=" %")
    assert [len(shape["points"].split()) for shape in charts.lines(chart).shapes] == [1, 2]
    page = drawn("lines", chart)
    assert '<td class="number">–</td>' in page
    assert "100 %" in page


def test_a_chart_without_numbers_is_drawn_empty():
    for made in (Chart("Calls", [], []), Chart("Calls", ["8"], [Series("Answered", [None])])):
        assert charts.bars(made).shapes == []
        assert charts.lines(made).shapes == []


def test_a_decimal_comma_does_not_reach_the_drawing():
    with translation.override("nb"):
        page = drawn("bars", Chart("Anrop", ["8"], [Series("Besvart", [1.5])]))
    assert not re.search(r'(?:x|y|width|height)="\d+,', page)
    assert "1,5" in page


def test_every_label_has_a_row_and_not_every_label_a_place_on_the_axis():
    labels = [f"{n}:00" for n in range(24)]
    page = drawn("bars", Chart("Calls", labels, [Series("Answered", list(range(24)))]))
    assert page.count('<th scope="row">') == 24
    assert page.count('text-anchor="middle"') == 12
    assert "style=" not in page
