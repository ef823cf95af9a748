"""What every service of the project needs to run: settings, Kafka clients, brokers, logs, metrics, health."""
