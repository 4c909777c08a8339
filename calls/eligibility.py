"""Who may be rung for a call: one condition a line, for the statement that picks and for whoever asks why not.

`o` is the operator; `call` has the call's hotline_id, skills and language. `desk_limit` is the moment before which a
desk page that was not heard of since counts as closed.
"""

CONDITIONS = {
    "ready": "o.state = 'ready'",
    "active": "o.active",
    "serves": "call.hotline_id = ANY(o.hotline_ids)",
    "skilled": "o.skills @> call.skills",
    "speaks": "(o.languages = '{}' OR call.language = ANY(o.languages))",
    "at_desk": "(o.desk_seen_at IS NULL OR o.desk_seen_at > %(desk_limit)s)",
}
ORDER = "o.idle_since, o.id"  # whoever has been free longest


def can_take(call: str = "call") -> str:
    """All conditions together, for a call of that name in the statement."""
    return " AND ".join(CONDITIONS.values()).replace("call.", f"{call}.")
