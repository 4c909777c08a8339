"""Who may be rung for a call: one condition a line, for the statement that picks and for whoever asks why not.

`o` is the operator; `call` has the call's hotline_id, skills and language, `WISHES` of its hotline, and how many
seconds it has `waited` there. `at` is now; `desk_limit` is the moment before which a desk page that was not heard of
since counts as closed. What does not use a feature never reaches its part of a condition.
"""

CONDITIONS = {
    "ready": "o.state = 'ready'",
    "active": "o.active",
    "serves": "call.hotline_id = ANY(o.hotline_ids)",
    # Each skill asked for is a word, with or without a level; after a time any level will do.
    "skilled": """(o.skill_marks @> call.skills OR (call.level_for > 0 AND call.waited >= call.level_for
      AND o.skills @> string_to_array(regexp_replace(array_to_string(call.skills, ','), ':[0-9]', '', 'g'),
        ',')::varchar[]))""",
    "speaks": "(o.languages = '{}' OR call.language = ANY(o.languages))",
    "at_desk": "(o.desk_seen_at IS NULL OR o.desk_seen_at > %(desk_limit)s)",
    # For some seconds only those with the preferred skills.
    "preferred": """(cardinality(call.preferred) = 0 OR call.waited >= call.preferred_for
      OR o.skill_marks @> call.preferred)""",
    # Of an agency only where and when its rule lets it ring.
    "agency": """(o.agency_id IS NULL OR EXISTS (SELECT 1 FROM operators_agencyrule r
      WHERE r.agency_id = o.agency_id AND r.hotline_id = call.hotline_id AND r.rings_from <= %(at)s
        AND r.rings_until > %(at)s AND r.after_seconds <= call.waited))""",
}
# Those with the preferred skills first; where the hotline wants it so, whoever answered the fewest calls since its
# midnight; then whoever has been free longest.
ORDER = """(cardinality(call.preferred) = 0 OR o.skill_marks @> call.preferred) DESC,
  CASE WHEN call.counted_from IS NOT NULL THEN (SELECT count(*) FROM calls_call t
    WHERE t.operator_id = o.id AND t.answered_at >= call.counted_from) END, o.idle_since, o.id"""
# What a hotline `h` wishes of those who are rung.
WISHES = """h.preferred_skills AS preferred, h.preference_seconds AS preferred_for, h.level_seconds AS level_for,
  CASE WHEN h.ring_order = 'fewest' THEN date_trunc('day', %(at)s, h.time_zone) END AS counted_from"""
# Since when a call `c` waits at the hotline where it is: a place that a callback kept counts from the beginning.
WAITED = "extract(epoch FROM %(at)s - GREATEST(c.queued_at, c.forwarded_at, c.returned_at)) AS waited"


def can_take(call: str = "call") -> str:
    """All conditions together, for a call of that name in the statement."""
    return " AND ".join(CONDITIONS.values()).replace("call.", f"{call}.")
