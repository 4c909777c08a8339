"""Published truth that stands beside the checkout, not in it."""

import os
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve()


def shared(path: str) -> Path:
    """A file or folder under the `shared` folder beside the checkout; skips the test, saying so, where absent."""
    roots = [Path(os.environ["HOTLINE_SHARED"])] if "HOTLINE_SHARED" in os.environ else []
    roots += [parent / "shared" for parent in _HERE.parents]
    for root in roots:
        if (root / path).exists():
            return root / path
    pytest.skip(f"shared/{path} is not beside this checkout")
