"""Verifies the signatures of submissions, a module for each kind of signature."""
