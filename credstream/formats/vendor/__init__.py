"""The web hooks and interfaces of badge vendors."""
