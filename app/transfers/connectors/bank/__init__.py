"""Bank statements that a club's bank gives as files: CODA, MT940 and CAMT.053."""
