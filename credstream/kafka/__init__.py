"""How we speak to Kafka and the schema registry: clients, topics, users, the embedded broker."""
