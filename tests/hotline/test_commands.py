"""What is done at the command line of a new system."""

import json

import pytest
from django.core.management import CommandError, call_command

from lines.models import Hotline, Number, OpeningRule

pytestmark = pytest.mark.django_db


def test_demo_json_says_which_numbers_are_always_open(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "demo-credentials.json").write_text(json.dumps({"supervisor": {"username": "eva"}, "operators": []}))
    for name, kind in (("night", OpeningRule.Kind.ALWAYS), ("day", OpeningRule.Kind.WEEKLY)):
        hotline = Hotline.objects.create(name=name, slug=name, organisation=name)
        OpeningRule.objects.create(hotline=hotline, kind=kind)
        Number.objects.create(hotline=hotline, number=f"+4780000{len(name)}", lines=7)
    call_command("write_demo_json", output=str(tmp_path / "demo.json"))
    demo = json.loads((tmp_path / "demo.json").read_text())
    assert demo["url"] == settings.PUBLIC_URL
    assert demo["supervisor"] == {"username": "eva"}
    assert {each["hotline"]: (each["open"], each["lines"]) for each in demo["numbers"]} == {
        "night": ("always", 7),
        "day": ("hours", 7),
    }


def test_data_that_is_not_the_demos_is_left_alone(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    Hotline.objects.create(name="ours", slug="ours", organisation="ours")
    with pytest.raises(CommandError, match="not the demo's"):
        call_command("write_demo_json", output=str(tmp_path / "demo.json"))
    assert not (tmp_path / "demo.json").exists()
