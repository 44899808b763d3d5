-- Once per PostgreSQL server, as a superuser. Passwords are set by whoever runs it (\password).
-- None of the three can bypass row-level security; the owner only migrates.
CREATE ROLE raccord_owner  LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
CREATE ROLE raccord_app    LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
CREATE ROLE raccord_system LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
CREATE DATABASE raccord OWNER raccord_owner;
