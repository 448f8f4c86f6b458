"""What several formats use: parsed values, JSON and XML nodes, credential ids, pictures."""
