"""The register on 100,000 calls: how long its pages take, question by question, from the request to the last byte.

Each question is asked by a supervisor through the whole of Django (session, rights, queries, template), several times
with other words or another page of the list. Prints p50 and p95 in milliseconds, and the indexes of calls that the
query of the list reads ("all rows" if it reads none). The desk's search beside a call is asked by an operator, among
1,500 answers and the same notes; it is to take no tenth of a second.
"""

import os
import re
import time
from collections.abc import Callable
from typing import Any

from bench.ground import Ground
from bench.load import quantile

CALLS = int(os.environ.get("BENCH_CALLS", "100000"))
ASKED = int(os.environ.get("BENCH_ASKED", "40"))
OPERATORS = 60
TOPICS = 24
ANSWERS = 500  # of each hotline
WORDS = "{vann,regning,avlesning,trykk,lekkasje,brannkum,varsel,kjeller,hage,avtale,flytting,misfarget,kum,frost}"
NAMES = "{Haugen,Berg,Lund,Dahl,Hansen,Moen,Strand,Solberg,Bakken,Lie,Vik,Eide}"

# 180 days; one call in ten abandoned, one in twenty-five to voicemail, few failed; 3 % of notes missing; some recovered.
_CALLS = """
INSERT INTO calls_call (id, carrier_ref, hotline_id, dialled, forwarded_from, caller_number, caller_kind, caller_id,
  language, skills, priority, state, outcome, arrived_at, queued_at, answered_at, voicemail_at, operator_left_at,
  ended_at, wrapped_at, operator_id, refused, left_first, ended_by, lookup_ref, carrier_status, recovered, training)
SELECT gen_random_uuid(), 'CA' || lpad(n::text, 32, '0'), (%(lines)s::bigint[])[1 + n %% 3], '+4721000001', '',
  CASE WHEN n %% 12 = 0 THEN '' ELSE '+479' || lpad((n * 7919 %% 40000)::text, 7, '0') END,
  CASE WHEN n %% 12 = 0 THEN 'withheld' ELSE 'number' END,
  CASE WHEN n %% 12 <> 0 AND n * 7919 %% 40000 <= 4000 AND n * 7919 %% 40000 > 0
       THEN n * 7919 %% 40000 END,
  'nb', '{}', 0, 'ended', kind, at, at + '6s',
  CASE WHEN kind = 'answered' THEN at + '30s'::interval END, CASE WHEN kind = 'voicemail' THEN at + '90s'::interval END,
  CASE WHEN kind = 'answered' THEN at + '200s'::interval END, at + '200s',
  CASE WHEN kind = 'answered' THEN at + '240s'::interval END,
  CASE WHEN kind = 'answered' THEN (%(operators)s::bigint[])[1 + n %% %(count)s] END,
  '', '', 'caller', '', 'completed', n %% 1700 = 0, false
FROM (SELECT n, now() - n * (interval '180 days' / %(calls)s) AS at,
  CASE WHEN n %% 10 = 3 THEN 'abandoned' WHEN n %% 25 = 4 THEN 'voicemail' WHEN n %% 2500 = 7 THEN 'failed'
       ELSE 'answered' END AS kind FROM generate_series(1, %(calls)s) n) each
"""
_CALLERS = """
INSERT INTO calls_caller (id, number, name, note, blocked_reason, created_at)
SELECT n, '+479' || lpad(n::text, 7, '0'), 'Kari ' || (%(names)s::text[])[1 + n %% 12] || ' ' || n, '', '', now()
FROM generate_series(1, 4000) n
"""
_NOTES = """
INSERT INTO calls_note (call_id, operator_id, caller_name, topic_id, outcome, summary, version, saved_at)
SELECT id, operator_id, '', (%(topics)s::bigint[])[1 + n %% %(count)s], 'answered',
  'Saken gjelder ' || (%(words)s::text[])[1 + n %% 14] || ' og ' || (%(words)s::text[])[1 + n * 31 %% 14]
  || ', ref ' || md5(n::text), 1, wrapped_at
FROM (SELECT id, operator_id, wrapped_at, row_number() OVER (ORDER BY arrived_at) AS n
      FROM calls_call WHERE outcome = 'answered') each WHERE n %% 33 <> 0
"""
_MESSAGES = """
INSERT INTO calls_voicemail (call_id, recording_ref, url, seconds, left_at)
SELECT id, 'RE' || substr(carrier_ref, 3), '', 30, ended_at FROM calls_call WHERE outcome = 'voicemail'
"""


def fill() -> dict[str, Any]:
    """Three hotlines and their calls; what the questions need to know of them."""
    from django.db import connection

    from bench.people import operators
    from calls.models import Topic
    from knowledge.models import Question
    from lines.models import Hotline

    lines = [Hotline.objects.create(name=f"L{n}", slug=f"l{n}", organisation="B") for n in range(3)]
    people = operators(OPERATORS, *lines)
    topics = [Topic.objects.create(hotline=lines[n % 3], name=f"Topic {n}").pk for n in range(TOPICS)]
    Question.objects.bulk_create(
        Question(hotline=line, question=f"Question {n} of valves", answer="Turn it.")
        for line in lines
        for n in range(ANSWERS)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_CALLERS, {"names": NAMES})
        known = {"lines": [line.pk for line in lines], "operators": [each.pk for each in people]}
        cursor.execute(_CALLS, known | {"count": OPERATORS, "calls": CALLS})
        cursor.execute(_NOTES, {"topics": topics, "count": TOPICS, "words": WORDS})
        cursor.execute(_MESSAGES)
        cursor.execute("VACUUM ANALYZE")
    return known | {"topics": topics}


def questions(known: dict[str, Any]) -> dict[str, Callable[[int], dict[str, Any]]]:
    """Every kind of question, as a function of how often it was asked."""
    words, names = WORDS.strip("{}").split(","), NAMES.strip("{}").split(",")
    line, operator, topic = known["lines"], known["operators"], known["topics"]
    return {
        "all calls": lambda n: {},
        "today": lambda n: {"period": "today"},
        "seven days": lambda n: {"period": "week"},
        "missed today": lambda n: {"period": "today", "show": "missed"},
        "one hotline": lambda n: {"hotline": line[n % 3]},
        "an outcome": lambda n: {"show": ("abandoned", "voicemail", "answered")[n % 3]},
        "a rare outcome": lambda n: {"show": "failed"},
        "an outcome that never was": lambda n: {"show": "rejected"},
        "an operator": lambda n: {"operator": operator[n % OPERATORS]},
        "a topic": lambda n: {"topic": topic[n % TOPICS]},
        "note missing": lambda n: {"note": "missing"},
        "recovered": lambda n: {"recovered": "1"},
        "hotline, outcome and topic": lambda n: {
            "hotline": line[0],
            "show": "answered",
            "topic": topic[n * 3 % TOPICS],
        },
        "a common word": lambda n: {"q": words[n % 14]},
        "a common word, one day": lambda n: {"q": words[n % 14], "period": "yesterday"},
        "a rare word": lambda n: {"q": f"ref {n % 10}{'abcdef'[n % 6]}"},
        "a name": lambda n: {"q": f"{names[n % 12]} {n}"},
        "a common name": lambda n: {"q": names[n % 12]},
        "a number": lambda n: {"q": f"{n * 7919 % 40000:07d}"},
        "no such word": lambda n: {"q": f"zebrastripe{n}"},
        "deep in the list": lambda n: {"before": f"{known['moments'][n % len(known['moments'])]}_{'0' * 32}"},
        "deep in abandoned": lambda n: {"show": "abandoned", "before": f"{known['moments'][n % 9]}_{'0' * 32}"},
    }


def searches() -> dict[str, Callable[[int], str]]:
    """What an operator types beside a call."""
    words = WORDS.strip("{}").split(",")
    return {
        "a word of answers": lambda n: ("valve", "valves", "question")[n % 3],
        "a common word": lambda n: words[n % 14],
        "two words": lambda n: f"{words[n % 14]} {words[n * 31 % 14]}",
        "a word mistyped": lambda n: words[n % 14][:3] + words[n % 14][2:],
        "no such word": lambda n: f"zebrastripe{n}",
    }


def run(ground: Ground) -> dict[str, Any]:
    from django.test import Client

    from calls.models import Call
    from operators.models import User

    known = fill()
    ends = Call.objects.order_by("arrived_at").values_list("arrived_at", flat=True)
    known["moments"] = [ends[n * CALLS // 10].isoformat() for n in range(1, 10)]
    client = Client(SERVER_NAME="127.0.0.1")
    boss = User.objects.create(username="boss", role=User.Role.SUPERVISOR)
    boss.hotlines.set(known["lines"])
    client.force_login(boss)
    client.get("/calls/")
    desk = Client(SERVER_NAME="127.0.0.1")
    desk.force_login(User.objects.get(operator=known["operators"][0]))
    desk.get("/desk/answers/")
    results: dict[str, Any] = {}
    everything: list[float] = []
    for name, ask in questions(known).items():
        times = [_timed(client, "/calls/", ask(n)) for n in range(ASKED)]
        everything += times
        results[name] = _figures(times) | {"reads": _plan(boss, known["lines"], ask(1))}
    newest = Call.objects.all()[10]
    results["the news"] = _figures(
        [_timed(client, "/calls/news/", {"than": f"{newest.arrived_at.isoformat()}_{newest.pk}"}) for _ in range(ASKED)]
    )
    results["the drawer"] = _figures([_timed(client, f"/calls/{newest.pk}/drawer/", {}) for _ in range(ASKED)])
    sought: list[float] = []
    for name, typed in searches().items():
        times = [_timed(desk, "/desk/answers/", {"q": typed(n)}) for n in range(ASKED)]
        sought += times
        results[f"at the desk, {name}"] = _figures(times)
    began = time.perf_counter()
    rows = sum(chunk.count(b"\n") for chunk in client.post("/calls/export/", {"reason": "bench"}))
    results["export"] = {"rows": rows, "seconds": time.perf_counter() - began}
    return (
        {"calls": CALLS}
        | results
        | {
            "every question p95 ms": 1000 * quantile(everything, 0.95),
            "every search at the desk p95 ms": 1000 * quantile(sought, 0.95),
        }
    )


def _plan(boss: Any, lines: list[int], asked: dict[str, Any]) -> str:
    """The indexes by which the list's query comes to its calls."""
    from django.http import QueryDict
    from django.utils.http import urlencode

    from calls import register
    from calls.filtering import FilterForm

    wanted = FilterForm(QueryDict(urlencode(asked)), hotline_ids=lines).wanted()
    found = register.find(boss, lines, wanted)
    plan = found.calls.select_related(None).order_by(*register.NEWEST)[: register.PAGE + 1].explain()
    read = set(re.findall(r"(?:using|on) ((?:call|calls_call|note|calls_note)_\w+)", plan)) - {"calls_call"}
    return "+".join(sorted(read)) + (" all rows" if "Seq Scan on calls_call" in plan else "")


def _timed(client: Any, path: str, asked: dict[str, Any]) -> float:
    began = time.perf_counter()
    answer = client.get(path, asked)
    assert answer.status_code == 200 and len(answer.content) > 0
    return time.perf_counter() - began


def _figures(times: list[float]) -> dict[str, float]:
    return {"p50 ms": 1000 * quantile(times, 0.5), "p95 ms": 1000 * quantile(times, 0.95)}
