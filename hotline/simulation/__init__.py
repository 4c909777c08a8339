"""Whole days against the real application, on a clock that stands still while work is done: `manage.py simulate`."""
