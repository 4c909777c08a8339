"""Assignments a second, and whether anybody ever gets two calls: ours, a bare SKIP LOCKED loop, and a naive one.

Eight processes, 200 operators, about 160 busy at once. Every way writes a journal in the same transaction; the judge
reads it afterwards: two takes of one operator without a release between them are a double.
"""

import multiprocessing
import os
import time
from collections import deque
from typing import Any

from bench.ground import Ground

PROCESSES = 8
OPERATORS = 200
BUSY = 160
WAITING = 400
COUNT = int(os.environ.get("BENCH_ASSIGNMENTS", "100000"))
BARE_SECONDS = 10.0

TABLES = """
CREATE TABLE IF NOT EXISTS bench_operator (id int PRIMARY KEY, busy boolean NOT NULL DEFAULT false, idle_since timestamptz);
CREATE INDEX IF NOT EXISTS bench_idle ON bench_operator (idle_since) WHERE NOT busy;
CREATE TABLE IF NOT EXISTS bench_journal (id bigserial PRIMARY KEY, way text, operator bigint, call text, what text);
"""


def connect(url: str) -> Any:
    from urllib.parse import parse_qs, urlsplit

    import psycopg2

    parts = urlsplit(url)
    connection = psycopg2.connect(
        host=parse_qs(parts.query)["host"][0], user=parts.username, password=parts.password, dbname=parts.path[1:]
    )
    connection.autocommit = True
    return connection


def _journal(cursor: Any, way: str, operator: int, call: str, what: str) -> None:
    cursor.execute(
        "INSERT INTO bench_journal (way, operator, call, what) VALUES (%s, %s, %s, %s)", [way, operator, call, what]
    )


def bare(url: str, way: str, index: int, results: Any, ready: Any) -> None:
    """The bare loop: pick an idle operator with SKIP LOCKED (or, naively, without), mark busy; later free again."""
    connection = connect(url)
    cursor = connection.cursor()
    held: deque[int] = deque()
    ready.wait()
    done, deadline = 0, time.monotonic() + BARE_SECONDS
    lock = "FOR UPDATE SKIP LOCKED" if way == "skip locked" else ""
    while time.monotonic() < deadline:
        cursor.execute("BEGIN")
        cursor.execute(f"SELECT id FROM bench_operator WHERE NOT busy ORDER BY idle_since LIMIT 1 {lock}")
        row = cursor.fetchone()
        if row is not None:
            if way == "naive":
                time.sleep(0.0005)  # what a web request does between reading and writing
            cursor.execute("UPDATE bench_operator SET busy = true WHERE id = %s", row)
            _journal(cursor, way, row[0], f"{index}-{done}", "take")
            held.append(row[0])
            done += 1
        cursor.execute("COMMIT")
        if row is None or len(held) > BUSY // PROCESSES:
            operator = held.popleft()
            cursor.execute("BEGIN")
            cursor.execute(
                "UPDATE bench_operator SET busy = false, idle_since = clock_timestamp() WHERE id = %s", [operator]
            )
            _journal(cursor, way, operator, "", "free")
            cursor.execute("COMMIT")
    results.put(done)


# The offer is withdrawn: the operator is ready again and the call goes back to its place in the queue, as after a ring
# that nobody took. So a call is assigned again and again, and the judge watches calls as closely as operators. It is
# found by its operator, of whom there is one at most: each call has been offered hundreds of times by then.
_FREE = """
WITH o AS (UPDATE calls_offer SET state = 'withdrawn', closed_at = clock_timestamp()
            WHERE operator_id = %(operator)s AND state = 'ringing' RETURNING operator_id, call_id),
     c AS (UPDATE calls_call SET ringing_until = NULL FROM o WHERE id = o.call_id)
UPDATE operators_operator SET state = 'ready', idle_since = clock_timestamp() FROM o WHERE id = o.operator_id RETURNING 1
"""


def ours(url: str, index: int, share: int, results: Any, ready: Any) -> None:
    """The product's own matching, until this process has made its share; each operator is freed in a second
    transaction."""
    import django

    os.environ["DATABASE_URL"] = url
    django.setup()
    from django.db import connection, transaction
    from django.utils import timezone

    from calls import matching
    from hotline.core.prepared import Prepared

    matching.tell_of = lambda *_, **__: None  # the screens' news is not part of the bare loop either
    free = Prepared("free_an_operator", _FREE, {"operator": "bigint"})
    held: deque[tuple[Any, int]] = deque()
    done = 0
    connection.ensure_connection()
    cursor = connection.connection.cursor()  # the judge's journal is written as in the bare loop
    ready.wait()
    began = time.monotonic()
    while done < share:
        cursor.execute("BEGIN")
        pair = matching.assign_one(timezone.now())
        if pair:
            _journal(cursor, "ours", pair[1], str(pair[0]), "take")
        cursor.execute("COMMIT")
        if pair:
            held.append(pair)
            done += 1
        if pair is None or len(held) > BUSY // PROCESSES:
            if not held:
                time.sleep(0.001)
                continue
            call, operator = held.popleft()
            cursor.execute("BEGIN")
            free.fetch({"operator": operator})
            _journal(cursor, "ours", operator, str(call), "free")
            cursor.execute("COMMIT")
    results.put((done, time.monotonic() - began))
    while held:
        call, operator = held.popleft()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FREE, {"operator": operator})
            _journal(cursor, "ours", operator, str(call), "free")


_DOUBLES = """
SELECT count(*) FILTER (WHERE what = 'take' AND before = 'take'), count(*) FILTER (WHERE what = 'take') FROM (
  SELECT what, lag(what) OVER (PARTITION BY {whose} ORDER BY id) AS before FROM bench_journal WHERE way = %s) journal
"""


def judge(url: str, way: str) -> dict[str, int]:
    """Two takes of one operator, or of one call, without a release between them."""
    cursor = connect(url).cursor()
    cursor.execute(_DOUBLES.format(whose="operator"), [way])
    doubles, takes = cursor.fetchone()
    result = {"assignments": takes, "operators with two calls": doubles}
    if way == "ours":  # the bare loops know no calls
        cursor.execute(_DOUBLES.format(whose="call"), [way])
        result["calls with two operators"] = cursor.fetchone()[0]
    return result


def _processes(target: Any, arguments: list[tuple[Any, ...]]) -> list[Any]:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    ready = context.Barrier(len(arguments))  # nobody is measured while others still start
    children = [context.Process(target=target, args=(*each, results, ready)) for each in arguments]
    for child in children:
        child.start()
    answers = [results.get(timeout=1800) for _ in children]
    for child in children:
        child.join()
    return answers


def _bare(url: str, way: str) -> dict[str, Any]:
    cursor = connect(url).cursor()
    cursor.execute("UPDATE bench_operator SET busy = false")
    done = _processes(bare, [(url, way, index) for index in range(PROCESSES)])
    return {"a second": sum(done) / BARE_SECONDS} | judge(url, way)


def _world(url: str) -> None:
    from lines.models import Hotline

    lines = [Hotline.objects.create(name=f"L{n}", slug=f"l{n}", organisation="B") for n in range(3)]
    cursor = connect(url).cursor()
    cursor.execute(TABLES)
    cursor.execute("INSERT INTO bench_operator SELECT n, false, now() FROM generate_series(1, %s) n", [OPERATORS])
    cursor.execute(
        """INSERT INTO operators_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
             date_joined, role, language, letter_keys)
           SELECT n, '', false, 'b' || n, '', '', '', false, true, now(), 'operator', '', true FROM generate_series(1, %s) n""",
        [OPERATORS],
    )
    cursor.execute(
        """INSERT INTO operators_operator (id, user_id, display_name, identity, phone, device, skills, languages, active, state,
             state_since, state_reason, next_state, next_reason, idle_since)
           SELECT n, n, 'B' || n, 'op_' || n, '', 'browser', '{}', '{}', true, 'ready', now(), '', '', '', now()
             FROM generate_series(1, %s) n""",
        [OPERATORS],
    )
    for line in lines:
        cursor.execute(
            "INSERT INTO operators_operator_hotlines (operator_id, hotline_id) SELECT n, %s FROM generate_series(1, %s) n",
            [line.pk, OPERATORS],
        )
    cursor.execute(
        """INSERT INTO calls_call (id, carrier_ref, hotline_id, dialled, forwarded_from, caller_number, caller_kind, language,
             skills, priority, state, outcome, arrived_at, queued_at, refused, left_first, ended_by, lookup_ref, carrier_status, recovered,
             training)
           SELECT gen_random_uuid(), 'CA' || n, (%s::bigint[])[1 + n %% 3], '', '', '', 'withheld', 'en', '{}', 0, 'waiting', '',
             now(), now() + n * interval '1 microsecond', '', '', '', '', '', false, false FROM generate_series(1, %s) n""",
        [[line.pk for line in lines], WAITING],
    )
    cursor.execute("VACUUM ANALYZE calls_call")


def run(ground: Ground) -> dict[str, Any]:
    url = ground.postgres.url()
    _world(url)
    naive = _bare(url, "naive")
    locked = _bare(url, "skip locked")
    done = _processes(ours, [(url, index, COUNT // PROCESSES) for index in range(PROCESSES)])
    mine = {"a second": sum(count for count, _ in done) / max(seconds for _, seconds in done)} | judge(url, "ours")
    again = _bare(url, "skip locked")  # the same floor before and after: the machine's speed drifts
    floor = (locked["a second"] + again["a second"]) / 2
    return {
        "naive": naive,
        "skip locked": locked | {"a second": floor},
        "ours": mine,
        "ratio": mine["a second"] / floor,
    }
