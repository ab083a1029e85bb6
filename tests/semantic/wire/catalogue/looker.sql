SELECT pid, usename FROM pg_stat_activity WHERE usename = 'nobody here'
---
select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and query like 'nothing of the kind'
---
SELECT has_schema_privilege(current_user, 'public', 'usage'), has_database_privilege(current_database(), 'temp'), has_database_privilege(current_database(), 'create')
---
SELECT table_name, column_name, data_type, numeric_precision, numeric_scale, is_updatable FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position
---
SELECT table_schema, table_name, is_insertable_into, check_option FROM information_schema.views WHERE table_schema = 'public' ORDER BY 1, 2
---
SELECT * FROM information_schema.constraint_column_usage WHERE table_schema = 'public'
---
SELECT * FROM pg_external_schema
---
SELECT * FROM svv_external_schemas
---
select setting from pg_settings where name in ('server_encoding', 'standard_conforming_strings') order by name
---
SELECT relname FROM pg_catalog.pg_class WHERE relname = 'sales' AND relkind = 'v'
