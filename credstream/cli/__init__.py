"""The `credstream` command."""
