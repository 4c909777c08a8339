"""`python -m telephony.simulator`."""

from telephony.simulator.server import main

main()
