"""What downstream services do with the sink: watch it, export it."""
