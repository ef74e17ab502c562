-- filter_features: rows that a recipe's own filter keeps (run by SQLite, on rows just read)
SELECT position FROM feature WHERE {where};
