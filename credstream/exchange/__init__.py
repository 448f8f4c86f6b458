"""What the exchange can do, as functions that return values: no printing, no exit codes."""
