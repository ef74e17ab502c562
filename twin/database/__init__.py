"""The one place that speaks SQL: the private cluster, connections, migrations, tables of layers, rows, results."""
