"""Badges of every version: what Open Badges and learner records (CLR) share."""
