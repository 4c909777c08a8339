"""A carrier in a box: Twilio's REST API and TwiML, with telephones, faults and a clock, in a process of its own."""
