-- has_database: whether the twin's database was made
SELECT 1 AS found FROM pg_database WHERE datname = %(name)s;

-- create_database: the twin's database
CREATE DATABASE {name};

-- has_role: whether a login role was made
SELECT 1 AS found FROM pg_roles WHERE rolname = %(name)s;

-- create_login: a role that logs in and inherits nothing
CREATE ROLE {name} LOGIN NOINHERIT PASSWORD {password};
