from tests.tally_service import broker, on_kafka, settings, start_on_kafka, start_worker

__all__ = ["broker", "on_kafka", "settings", "start_on_kafka", "start_worker"]
