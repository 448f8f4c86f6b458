"""The reason codes of refusals, warnings and judgements, each with its texts."""
