"""What is kept in SQL: engines, statements, the journal, the vault, migrations."""
