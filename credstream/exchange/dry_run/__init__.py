"""Everything that a file would go through, without Kafka."""
