"""The earlier name of `credstream.sdk.tables`, for programs of registers that import it."""

from credstream.sdk.tables import AddressError, DatabaseError, Register, database

__all__ = ["AddressError", "DatabaseError", "Register", "database"]
