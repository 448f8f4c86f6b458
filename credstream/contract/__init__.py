"""What the parts say to each other: records, topics, errors, identity and the codec."""
