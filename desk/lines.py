"""An operator's lines: who waits on each, since when, and whether anybody else is ready."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from calls.news import line_topics
from hotline.core.prepared import Prepared
from operators.models import Operator, Presence
from telephony import outages

TOPIC = "lines:"  # and the language of the page: the stream brings them itself, see `live_lines`
_PAUSE = {Presence.READY: "now", Presence.ON_CALL: "later", Presence.WRAP_UP: "later"}  # when a break would begin


@dataclass(frozen=True)
class Line:
    """One hotline as its operator sees it; `covered` says that a colleague could answer now; `closed` is why it is
    closed by hand, "" unless it is."""

    pk: int
    name: str
    colour: int
    goal_seconds: int
    called: tuple[str, ...]
    waiting: int
    since: datetime | None
    callbacks: int  # promised, and not yet being made
    covered: bool
    closed: str


@dataclass(frozen=True)
class Lines:
    """The lines of an operator, with what else stands there: whether a break can be taken, and whether the carrier has
    been silent, and since when."""

    operator_id: int
    pause: str  # "now", "later", "": no break can be taken
    silent_since: datetime | None
    lines: tuple[Line, ...]

    @property
    def heard(self) -> frozenset[str]:
        """The topics that are told when any of this changes."""
        return frozenset(line_topics(line.pk for line in self.lines).split()) | {f"operator:{self.operator_id}"}

    @property
    def waiting(self) -> int:
        return sum(line.waiting for line in self.lines)

    @property
    def since(self) -> datetime | None:
        return min((line.since for line in self.lines if line.since), default=None)

    def queue(self) -> dict[str, object]:
        """What the pill of the top bar shows."""
        topic = f"{TOPIC}{get_language()}"
        return {"count": self.waiting, "since": self.since, "topics": topic, "url": reverse("desk:waiting")}

    def shown(self, at: datetime) -> "Shown":
        """What is to be seen of them, worked out once for all the desks that see the same in the same second."""
        moves = self.since or self.silent_since  # a clock runs
        return _shown(self.lines, self.pause, self.silent_since, get_language(), int(at.timestamp()) if moves else 0)


@dataclass(frozen=True)
class Shown:
    """The pill of the top bar with what stands under it, and the panel of the lines; neither names an operator."""

    frame: str
    panel: str

    @property
    def whole(self) -> str:
        return self.frame + self.panel


# Plain SQL, prepared: every desk asks for it at every change of its lines, and building it anew, and planning it, cost
# more than answering it.
_LINES = Prepared(
    "desk_lines",
    f"""
SELECT me.user_id, me.id, me.state, {outages.SINCE},
       h.id, h.name, h.colour, h.service_level_seconds,
       ARRAY(SELECT n.number FROM lines_number n WHERE n.hotline_id = h.id AND n.active ORDER BY n.id),
       line.waiting, line.since,
       (SELECT count(*) FROM calls_callback b WHERE b.hotline_id = h.id AND b.state = 'waiting'),
       EXISTS (SELECT FROM operators_operator o
                WHERE o.state = 'ready' AND o.active AND h.id = ANY(o.hotline_ids) AND o.id <> me.id),
       COALESCE((SELECT s.reason FROM lines_closure s WHERE s.hotline_id = h.id AND s.reopened_at IS NULL
                    AND (s.reopens_at IS NULL OR s.reopens_at > now()) LIMIT 1), '')
  FROM operators_operator me
  LEFT JOIN lines_hotline h ON h.id = ANY(me.hotline_ids) AND h.active
  LEFT JOIN LATERAL (SELECT count(*) AS waiting, min(c.queued_at) AS since FROM calls_call c
                      WHERE c.hotline_id = h.id AND c.state = 'waiting' AND c.direction = 'incoming'
                        AND NOT c.training) line ON true
 WHERE me.user_id = ANY(%(users)s) AND me.active ORDER BY me.id, h.priority DESC, h.name
""",  # noqa: S608 - nothing in it comes from outside
    {"users": "bigint[]"},
)


def lines_for(user_id: int) -> Lines | None:
    """The lines of the operator behind a person, in one query for all of it; None for people who answer no calls."""
    return lines_of_people([user_id]).get(user_id)


def lines_of_people(user_ids: Iterable[int]) -> dict[int, Lines]:
    """The same for many people, in one query for all of them; by person, without those who answer no calls."""
    found = {}
    for user_id, rows in groupby(_LINES.rows({"users": list(user_ids)}), key=itemgetter(0)):
        of_theirs = list(rows)
        operator_id, state, silent_since = of_theirs[0][1:4]
        lines = tuple(_line(*row[4:]) for row in of_theirs if row[4])
        found[user_id] = Lines(operator_id, _PAUSE.get(state, ""), silent_since, lines)
    return found


def _line(pk: int, name: str, colour: int, goal: int, called: list[str], *rest: object) -> Line:
    return Line(pk, name, colour, goal, tuple(called), *rest)  # type: ignore[arg-type]


def lines_of(operator: Operator) -> tuple[Line, ...]:
    """The lines of an operator who works here."""
    found = lines_for(operator.user_id)
    return found.lines if found else ()


def uncovered(lines: Iterable[Line]) -> Line | None:
    """The line on which nobody else is ready, the one with the most callers first; None while all have cover."""
    return max((line for line in lines if not line.covered), key=lambda line: line.waiting, default=None)


@lru_cache(maxsize=512)
def _shown(
    lines: tuple[Line, ...], pause: str, silent_since: datetime | None, language: str | None, second: int
) -> Shown:
    """Made of nothing but what it is given, so it cannot be older than what was read. `language` is the active one."""
    here = Lines(0, pause, silent_since, lines)
    queue = here.queue()
    frame = {"queue": queue, "outage": {"started_at": silent_since} if silent_since else None}
    at, alone = datetime.fromtimestamp(second, UTC), uncovered(lines)
    panel = {"here": here, "at": at, "uncovered": alone, "topic": queue["topics"]}
    return Shown(
        render_to_string("desk/_waiting_frame.html", frame), render_to_string("desk/_lines_section.html", panel)
    )
