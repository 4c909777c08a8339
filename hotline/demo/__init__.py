"""A hotline house to look at before there is a real one: three hotlines, their people, and two weeks of calls."""
