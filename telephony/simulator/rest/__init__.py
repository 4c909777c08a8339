"""The carrier's REST API, 2010-04-01, as far as a hotline speaks it."""
