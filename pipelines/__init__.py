"""Files in, rows out: recipes, readers, projections, rules, loads."""
