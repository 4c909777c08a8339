"""What the carrier reads out of a telephone number."""

_COUNTRIES = {
    **{"+1": "US", "+7": "RU", "+31": "NL", "+33": "FR", "+44": "GB", "+45": "DK", "+46": "SE", "+47": "NO"},
    **{"+49": "DE", "+63": "PH", "+358": "FI", "+380": "UA"},
}
PREFIXES = {country: prefix for prefix, country in _COUNTRIES.items()}


def country(number: str) -> str:
    """Two letters of the country a number belongs to, or an empty string, as the carrier sends it."""
    for length in (4, 3, 2):
        if number[:length] in _COUNTRIES:
            return _COUNTRIES[number[:length]]
    return ""


def is_client(address: str) -> bool:
    return address.startswith("client:")


def place(prefix: str, number: str) -> dict[str, str]:
    """The geographic parameters of one end; what is not known is sent empty, not left out."""
    return {
        f"{prefix}City": "",
        f"{prefix}State": "",
        f"{prefix}Zip": "",
        f"{prefix}Country": "" if is_client(number) else country(number),
    }
