"""The doctor: looks the whole system over and says, for each part, what it saw and what to do."""
