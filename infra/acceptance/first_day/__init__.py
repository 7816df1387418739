"""The office's first day: twelve steps through the doors that an office, its people and Meta use."""
