"""Value lists of the field, each with its look-ups: data and pure functions.

A look-up of foreign text gives None for what it does not know and never raises.
A function that takes a code of ours (`label`, `uri`, …) raises KeyError for any other.
"""
