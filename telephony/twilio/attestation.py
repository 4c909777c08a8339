"""What the carrier says of a caller's number (STIR/SHAKEN, in use in the USA and Canada)."""

_FULL = "TN-Validation-Passed-A"  # the caller's own carrier knows the caller and vouches for the number
_SILENT = ("", "No-TN-Validation")


def verified(word: str) -> str:
    """ "yes" if the number is vouched for, "no" if the carrier looked and it is not, "" if nothing is known.

    Attestations B and C vouch for a customer or a gateway, not for the number. Suffixes such as "-Diverted" are kept
    out: a call that was forwarded was vouched for at its first leg alone.
    """
    if word in _SILENT:
        return ""
    return "yes" if word == _FULL else "no"
