"""Web hooks and interfaces of badge vendors."""
