"""The steps that join rules with records: collect, reconstruct, detect, compose, enqueue."""
