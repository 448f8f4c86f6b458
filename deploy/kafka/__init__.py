"""A real exchange on one machine: Apache Kafka, schema registry and PostgreSQL, without Docker."""
