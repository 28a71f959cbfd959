"""Where filings come from. One module a source; each turns its wire format into `filing` records and rejects."""
