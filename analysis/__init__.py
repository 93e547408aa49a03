"""What results say: reads stored tables and model formulas; never runs a simulation."""
