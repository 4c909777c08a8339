"""`manage.py load_demo`, as a person runs it."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_the_command_says_what_it_made_and_then_that_it_changed_nothing(settings, tmp_path, capsys):
    settings.DATA_DIR = tmp_path
    call_command("load_demo", "--days", "1")
    assert "3 hotlines, 20 operators" in capsys.readouterr().out
    kept = (tmp_path / "demo-credentials.json").read_text()
    call_command("load_demo")
    assert "nothing was changed" in capsys.readouterr().out
    assert (tmp_path / "demo-credentials.json").read_text() == kept
