"""Benchmarks: ratios within one run on one machine, never pass or fail by the clock."""
