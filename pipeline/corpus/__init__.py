"""Hand-labelled sets: reading, checking, splitting, and the exchange with other annotation tools."""
