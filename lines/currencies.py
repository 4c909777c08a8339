"""Currencies by their ISO 4217 codes: how many smallest units there are, and how an amount is written and spoken."""

from decimal import ROUND_DOWN, Decimal

from django.utils import formats, translation

DEFAULT = "NOK"
_ALL = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL
HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD
MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG
QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD
TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
CODES = frozenset(_ALL.split())
_WITHOUT_PARTS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_OF_A_THOUSAND = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
# As callers hear it, after the amount; a currency that is not here is said by its code.
_SPOKEN: dict[str, dict[str, str]] = {
    "en": {
        **{"NOK": "Norwegian kroner", "SEK": "Swedish kronor", "DKK": "Danish kroner", "EUR": "euros"},
        **{"USD": "US dollars", "GBP": "pounds", "PHP": "Philippine pesos", "RUB": "roubles"},
    },
    "nb": {
        **{"NOK": "kroner", "SEK": "svenske kroner", "DKK": "danske kroner", "EUR": "euro"},
        **{"USD": "dollar", "GBP": "pund", "PHP": "filippinske pesos", "RUB": "rubler"},
    },
    "fil": {"PHP": "piso", "USD": "dolyar", "EUR": "euro", "NOK": "Norwegian kroner"},
}


def digits_of(currency: str) -> int:
    """How many digits stand after the point."""
    return 0 if currency in _WITHOUT_PARTS else 3 if currency in _OF_A_THOUSAND else 2


def smallest(currency: str) -> int:
    """How many of the smallest units make one of the main unit."""
    return int(10 ** digits_of(currency))


def main(minor: int, currency: str) -> Decimal:
    """A whole number of smallest units in the main unit, with all its digits."""
    return Decimal(minor).scaleb(-digits_of(currency))


def written(minor: int, currency: str) -> str:
    """A whole number of smallest units, for a screen: 14,50 NOK in a language that writes a comma."""
    return f"{_number(main(minor, currency), digits_of(currency))} {currency}"


def priced(amount: Decimal, currency: str) -> str:
    """An amount of the main unit, for a screen, with as many digits as it needs."""
    return f"{_number(amount, _needed(amount, currency))} {currency}"


def shown(amount: Decimal, currency: str) -> str:
    """An amount of the main unit, for a screen, without parts of the smallest unit: 24.996 is not said to be 25."""
    whole = amount.quantize(Decimal(1).scaleb(-digits_of(currency)), ROUND_DOWN)
    return f"{_number(whole, digits_of(currency))} {currency}"


def spoken(amount: Decimal, currency: str, language: str) -> str:
    """An amount of the main unit as a caller hears it in a language; whole amounts without their zeros."""
    digits = 0 if amount == amount.to_integral_value() else _needed(amount, currency)
    with translation.override(language if language in _SPOKEN else "en"):
        number = _number(amount, digits)
    return f"{number} {_SPOKEN.get(language, _SPOKEN['en']).get(currency, currency)}"


def _needed(amount: Decimal, currency: str) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(digits_of(currency), -exponent if isinstance(exponent, int) else 0)


def _number(amount: Decimal, digits: int) -> str:
    return formats.number_format(amount, digits, use_l10n=True, force_grouping=False)
