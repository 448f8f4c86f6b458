"""The shared part of the exchange: contract, formats, vocabularies, runtime, SDK and CLI."""
