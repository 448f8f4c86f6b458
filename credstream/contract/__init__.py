"""The contract between the parts: records, topics, errors, identity and the codec."""
