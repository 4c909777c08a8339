"""What a service of this app raises when it says no."""


class Refused(Exception):
    """A wish that cannot be met; the text is a sentence for the person."""
