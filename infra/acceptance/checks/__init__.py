"""What no linter knows, one idea a file. Each file has `check(template)`, which says what must hold and whether it does."""
