"""What several formats share: parsed values, texts, nodes, credential ids, pictures."""
