DROP DATABASE IF EXISTS elsewhere;
DROP ROLE IF EXISTS city_office;
CREATE ROLE city_office LOGIN CREATEROLE PASSWORD 'only-in-tests';
CREATE DATABASE elsewhere OWNER city_office
