"""The web: one way into the hub for people and partners; it loads neither the model stack nor a Kafka client."""
