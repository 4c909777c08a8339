"""The project: settings, entry points, and what starts things. Knows every app, known by none."""
