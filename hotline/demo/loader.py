"""Loading the demo: everything in one transaction, or nothing."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from analytics.counting import count
from calls.models import Topic
from hotline.demo.admissions import ADMISSIONS
from hotline.demo.agency import bring_in, prefer
from hotline.demo.callplan import plan_admissions
from hotline.demo.citizens import CITIZENS
from hotline.demo.content import Answer, Module, Office, Service, Words
from hotline.demo.copying import copy_in
from hotline.demo.history import Register, topics_of
from hotline.demo.night import call_at_night, find_one_drifted
from hotline.demo.nuisance import block_somebody, set_tariffs
from hotline.demo.outwards import set_limits
from hotline.demo.people import Cast, create, write
from hotline.demo.roster import Diary, Work, plan
from hotline.demo.traffic import Exchange, Story
from hotline.demo.webshop import WEBSHOP
from knowledge.models import Contact, Question, Script, ScriptStep, Snippet
from lines.models import Hotline, Number, OpeningRule
from operators.models import Operator
from scheduling.models import Break, Shift

SERVICES = [WEBSHOP, CITIZENS, ADMISSIONS]
COMING_DAYS = 14
CREDENTIALS = "demo-credentials.json"


@dataclass(frozen=True)
class Loaded:
    """What was made."""

    hotlines: int
    operators: int
    calls: int
    credentials: dict[str, Any]


def load(*, days: int, at: datetime, data_dir: Path) -> Loaded | None:
    """Make the demo with `days` of calls before `at`; None, and nothing is touched, when there is a hotline already.

    The calls are the same for the same `at`; passwords and tokens are new each time and kept in `data_dir`.
    """
    if Hotline.objects.exists():
        return None
    begins = datetime.combine(at.date() - timedelta(days=days), time(), UTC)
    works = _plan(begins.date(), at.date() + timedelta(days=COMING_DAYS))
    stories = _play(works, begins, at)
    with transaction.atomic():
        _take_your_time()
        hotlines = {service.slug: _hotline(service) for service in SERVICES}
        set_tariffs(SERVICES, begins)
        set_limits(hotlines.values(), SERVICES[0].time_zone)
        cast = create(SERVICES, hotlines)
        _fill(hotlines, cast, works=works, stories=stories, begins=begins, at=at)
        bring_in(hotlines[WEBSHOP.slug], at)
        prefer(hotlines[ADMISSIONS.slug])
        write(cast.credentials, data_dir / CREDENTIALS)
    return Loaded(len(hotlines), len(cast.operators), len(stories), cast.credentials)


def _take_your_time() -> None:
    """One long transaction is right here, and on a busy machine it thinks for longer than a web request may."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL statement_timeout = 0")


def _plan(first: date, last: date) -> list[Work]:
    """The whole roster; a day more before, for the night shift that reaches into the first day."""
    return [work for service in SERVICES for work in plan(service, first - timedelta(days=1), last)]


def _play(works: list[Work], begins: datetime, at: datetime) -> list[Story]:
    names = [person.username for service in SERVICES for person in service.people]
    diaries = {name: Diary([w for w in works if w.username == name]) for name in names}
    return Exchange(SERVICES, diaries, "demo").play(begins, at)


def _fill(
    hotlines: dict[str, Hotline], cast: Cast, *, works: list[Work], stories: list[Story], begins: datetime, at: datetime
) -> None:
    topics: dict[str, dict[str, Topic]] = {}
    for service in SERVICES:
        hotline = hotlines[service.slug]
        topics[service.slug] = topics_of(service, hotline)
        _script(hotline, service.words)
        _knowledge(hotline, service.answers, service.offices, at)
        _modules(hotline, service.modules)
    plan_admissions(hotlines[ADMISSIONS.slug], topics[ADMISSIONS.slug], at)
    _shifts(works, cast.operators, at)
    Register(hotlines, cast.operators, topics, at).write(stories)
    block_somebody(at)
    find_one_drifted(SERVICES, at)
    call_at_night(hotlines.values(), at)
    count([hotline.pk for hotline in hotlines.values()], begins, at)


def _hotline(service: Service) -> Hotline:
    hotline = Hotline.objects.create(
        name=service.name, slug=service.slug, organisation=service.organisation, time_zone=service.time_zone,
        country=service.country, closed_on_holidays=service.open_days != "always", languages=list(service.languages),
        callbacks_enabled=True, greeting=service.greeting, closed_message=service.closed_message, colour=service.colour,
        voicemail_message=service.voicemail_message, farewell=service.farewell,
        recording_mode=Hotline.Recording.ANNOUNCE if service.recording_purpose else Hotline.Recording.NONE,
        recording_purpose=service.recording_purpose, survey_enabled=service.survey, rings_all=service.rings_all,
        service_level_seconds=service.service_level_seconds, service_level_percent=service.service_level_percent,
    )  # fmt: skip
    Number.objects.bulk_create(
        Number(hotline=hotline, number=line.number, kind=line.kind, lines=line.lines) for line in service.numbers
    )
    if service.open_days == "always":
        OpeningRule.objects.create(hotline=hotline, kind=OpeningRule.Kind.ALWAYS)
    else:
        OpeningRule.objects.bulk_create(
            OpeningRule(
                hotline=hotline,
                kind=OpeningRule.Kind.WEEKLY,
                weekday=int(day),
                opens=time(service.opens),
                closes=time(service.closes),
            )
            for day in service.open_days
        )
    return hotline


def _script(hotline: Hotline, words: tuple[Words, ...]) -> None:
    for each in words:
        script = Script.objects.create(
            hotline=hotline,
            language=each.language,
            occasion=each.occasion,
            greeting=each.greeting,
            closing=each.closing,
        )
        ScriptStep.objects.bulk_create(
            ScriptStep(script=script, position=n, text=text) for n, text in enumerate(each.steps, start=1)
        )


def _knowledge(hotline: Hotline, answers: tuple[Answer, ...], offices: tuple[Office, ...], at: datetime) -> None:
    Question.objects.bulk_create(
        Question(
            hotline=hotline,
            language=hotline.languages[0],
            question=each.question,
            answer=each.answer,
            keywords=each.keywords,
            details=each.details,
            sensitive=each.sensitive,
            review_on=at.date() + timedelta(days=30 + 15 * n),
        )
        for n, each in enumerate(answers)
    )
    Contact.objects.bulk_create(
        Contact(
            hotline=hotline,
            name=each.name,
            role=each.role,
            phone=each.phone,
            email=each.email,
            competence=each.competence,
            hours=each.hours,
            verified_on=at.date() - timedelta(days=20 + 60 * n),
        )
        for n, each in enumerate(offices)
    )


def _modules(hotline: Hotline, modules: tuple[Module, ...]) -> None:
    Snippet.objects.bulk_create(Snippet(hotline=hotline, name=each.name, text=each.text) for each in modules)


def _shifts(works: list[Work], operators: dict[str, Operator], at: datetime) -> None:
    shifts = copy_in(
        Shift,
        (
            Shift(operator=operators[w.username], starts_at=w.starts_at, ends_at=w.ends_at, time_zone=w.time_zone)
            for w in works
        ),
    )
    copy_in(
        Break,
        (
            Break(
                shift=shift,
                kind=pause.kind,
                starts_at=pause.starts_at,
                ends_at=pause.ends_at,
                begun_at=pause.starts_at if pause.ends_at <= at else None,
                finished_at=pause.ends_at if pause.ends_at <= at else None,
            )
            for shift, work in zip(shifts, works, strict=True)
            for pause in work.pauses
        ),
    )
