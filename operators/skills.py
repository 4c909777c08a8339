"""Skills have levels from 1 to 3. Wherever one is asked for or written down, "billing:3" is billing at level 3.

An operator's `skills` are the bare words; whoever asks looks among `skill_marks`, where level 3 stands as "billing",
"billing:1", "billing:2" and "billing:3", so that one test of arrays answers for skills and levels alike.
"""

import re
from collections.abc import Iterable, Mapping

LEVELS = (1, 2, 3)
USUAL = 2
_WRITTEN = re.compile(r"(?P<name>[^:]+):\s*(?P<level>[1-3])")


def read(written: Iterable[str]) -> tuple[list[str], dict[str, int]]:
    """The bare skills and their levels, of skills as they are written; a level left out is the usual one.

    What is no skill with a level stays as it is, for whoever checks the words.
    """
    levels: dict[str, int] = {}
    for each in written:
        match = _WRITTEN.fullmatch(each.strip())
        name, level = (match["name"].strip(), int(match["level"])) if match else (each.strip(), USUAL)
        levels[name] = level
    return list(levels), {name: level for name, level in levels.items() if level != USUAL}


def write(skills: Iterable[str], levels: Mapping[str, int]) -> list[str]:
    """Skills as they are written: with a level where it is not the usual one."""
    return [f"{skill}:{levels[skill]}" if skill in levels else skill for skill in skills]


def marks(skills: Iterable[str], levels: Mapping[str, int]) -> set[str]:
    """All that somebody with these skills can be asked for; the database's own words are in `skill_marks`."""
    return {
        mark
        for skill in skills
        for mark in (skill, *(f"{skill}:{level}" for level in LEVELS if level <= levels.get(skill, USUAL)))
    }


def bare(asked: Iterable[str]) -> list[str]:
    """What is asked for, without levels."""
    return [each.rpartition(":")[0] or each for each in asked]
