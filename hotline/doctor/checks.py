"""Every check there is, in the order in which one would look."""

from hotline.core.checkup import Check
from hotline.doctor import inside, outside, settings
from telephony import checkup

ALL: tuple[Check, ...] = (
    settings.public_address,
    settings.secrets,
    inside.database,
    inside.migrations,
    inside.broker,
    inside.processes,
    inside.outbox,
    checkup.account,
    outside.reachable,
    checkup.webhooks,
    checkup.numbers,
    checkup.canary,
    checkup.clock,
    outside.certificate,
    outside.disk,
    outside.mail,
)
BY_NAME = {each.name: each for each in ALL}
