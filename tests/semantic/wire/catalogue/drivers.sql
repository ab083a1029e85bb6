SET jit = off
---
SELECT typname AS name, oid, typarray AS array_oid, oid::regtype::text AS regtype, typdelim AS delimiter FROM pg_type t WHERE t.oid = to_regtype('numeric') ORDER BY t.oid
---
WITH RECURSIVE typeinfo_tree(oid, ns, name, kind, basetype, elemtype, depth) AS (
    SELECT t.oid, ns.nspname, t.typname, t.typtype, t.typbasetype, t.typelem, 0
    FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS ns ON ns.oid = t.typnamespace
    WHERE t.oid = any(ARRAY[1231, 1016]::oid[])
    UNION ALL
    SELECT t.oid, ns.nspname, t.typname, t.typtype, t.typbasetype, t.typelem, tt.depth + 1
    FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS ns ON ns.oid = t.typnamespace, typeinfo_tree tt
    WHERE tt.elemtype <> 0 AND t.oid = tt.elemtype
)
SELECT DISTINCT *, basetype::regtype::text AS basetype_name FROM typeinfo_tree ORDER BY depth DESC, oid
---
select pg_catalog.set_config('search_path', '"$user", public', false)
---
SELECT attname, atttypid::regtype, atttypmod FROM pg_attribute WHERE attrelid = to_regclass('sales') AND attnum > 0 ORDER BY attnum
---
SELECT c.relname, c.reltuples::bigint, c.relpages FROM pg_class c WHERE c.oid = to_regclass('public.sales')
---
SELECT pg_catalog.obj_description('public.sales'::regclass, 'pg_class')
---
SELECT * FROM pg_catalog.pg_publication
---
SELECT 1/0
---
SELECT missing FROM pg_catalog.pg_class
---
SELECT 'sales' AS name, $$sales$$ AS quoted, E'sales\'s' AS escaped /* from sales */ -- from sales
---
EXECUTE nothing_of_the_kind
---
SHOW server_encoding
---
SHOW nothing_of_the_kind
