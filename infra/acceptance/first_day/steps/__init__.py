"""The steps of the day, one idea a file. Each gives a line about what it saw."""
