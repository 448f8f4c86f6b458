"""Checks of all that the services need, which change nothing: settings, servers, keys."""
