"""Events to timelines: the pure core, its Faust worker, the gate, the replay."""
