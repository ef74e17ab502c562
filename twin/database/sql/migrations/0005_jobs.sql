-- The queue of jobs has a schema of its own, whose tables the library that works on it makes.

CREATE SCHEMA IF NOT EXISTS jobs;
