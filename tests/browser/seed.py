"""A small hotline for browser tests, in the database that DATABASE_URL names. Run as `python -m tests.browser.seed`."""

import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from calls.models import Topic  # noqa: E402
from knowledge.models import Contact, Question, Script, ScriptStep  # noqa: E402
from lines.models import Hotline, Number, OpeningRule  # noqa: E402
from operators.models import Operator, User  # noqa: E402
from scheduling.models import Break, Shift  # noqa: E402

PASSWORD = "correct horse battery"
NUMBER = "+4721000001"


def hotline() -> Hotline:
    line = Hotline.objects.create(
        name="Faults line", slug="faults", organisation="City Water", time_zone="Europe/Oslo", wrap_up_seconds=60,
        greeting="Welcome to City Water.", farewell="Thank you for calling.", ring_seconds=30,
    )  # fmt: skip
    OpeningRule.objects.create(hotline=line, kind=OpeningRule.Kind.ALWAYS)
    Number.objects.create(hotline=line, number=NUMBER, kind=Number.Kind.TOLL_FREE)
    script = Script.objects.create(
        hotline=line,
        greeting="{daypart}, {organisation} faults line, my name is {operator}. What is happening, and where?",
        closing="A crew is on its way and will ring you before five. Thank you for calling {organisation}.",
    )
    for position, text in enumerate(["Ask for the address.", "Whole street, or one house?", "Repeat it back."], 1):
        ScriptStep.objects.create(script=script, position=position, text=text)
    return line


def knowledge(line: Hotline) -> None:
    for question, answer in [
        ("No water at all", "Ask: whole street or one house? Then the stop tap."),
        ("Discoloured water", "Run the cold tap for ten minutes first."),
        ("Planned works today", "Cardigan Road, until six o’clock."),
    ]:
        Question.objects.create(hotline=line, question=question, answer=answer)
    Contact.objects.create(hotline=line, name="Night crew, north", role="Repairs", phone="402", hours="18-06")
    for position, name in enumerate(["No water", "Pressure", "Colour or taste", "Bill"]):
        top = Topic.objects.create(hotline=line, name=name, position=position)
        if name == "No water":
            Topic.objects.create(hotline=line, name="Whole street", parent=top)
            Topic.objects.create(hotline=line, name="One house", parent=top)


def person(username: str, role: str, line: Hotline) -> User:
    user = User.objects.create_user(username, password=PASSWORD, role=role, first_name=username.title())
    user.hotlines.add(line)
    return user


def answering(user: User, line: Hotline) -> Operator:
    made = Operator.objects.create(user=user, display_name=user.first_name, identity=f"op_{user.pk}", languages=["en"])
    made.hotlines.add(line)
    return made


def shift(operator: Operator) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    made = Shift.objects.create(
        operator=operator,
        starts_at=hour - timedelta(hours=3),
        ends_at=hour + timedelta(hours=5),
        time_zone="Europe/Oslo",
    )
    for kind, start, length in [("lunch", 2, 40), ("short", 4, 15)]:
        begins = hour + timedelta(hours=start)
        Break.objects.create(shift=made, kind=kind, starts_at=begins, ends_at=begins + timedelta(minutes=length))


def main() -> None:
    line = hotline()
    knowledge(line)
    person("anna", User.Role.ADMINISTRATOR, line)
    person("siri", User.Role.SUPERVISOR, line)
    maria = answering(person("maria", User.Role.OPERATOR, line), line)
    answering(person("jon", User.Role.OPERATOR, line), line)
    shift(maria)
    sys.stdout.write(json.dumps({"number": NUMBER, "password": PASSWORD}))


if __name__ == "__main__":
    main()
