"""Controlled vocabularies, each with its look-ups: data and pure functions.

A function that is named after what it returns (`country`, `mode`, …) looks a provider's text up:
it returns None for a text that the list does not have, and never raises.
A function that takes a code of the list (`label`, `uri`, …) raises KeyError for any other.
"""
