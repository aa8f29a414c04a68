"""The feeds from Kafka: transport alone, the twin of the hub's web."""
