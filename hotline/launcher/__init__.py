"""Starts the whole system on one machine: embedded PostgreSQL and Valkey from wheels, and our own processes.

Knows nothing of Django, so that it can speak before a database exists.
"""
