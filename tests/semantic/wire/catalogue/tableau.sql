BEGIN;SAVEPOINT "Connect_Check"
---
CREATE LOCAL TEMPORARY TABLE "#Tableau_1_2_Connect_Check" ("COL" INTEGER) ON COMMIT PRESERVE ROWS
---
SELECT COUNT(*) FROM "#Tableau_1_2_Connect_Check"
---
DROP TABLE "#Tableau_1_2_Connect_Check"
---
ROLLBACK
---
SELECT "SUBCOL" AS "COL" FROM (SELECT 1 AS "SUBCOL") "SUBQUERY" GROUP BY 2
---
SELECT "SUBCOL" AS "COL" FROM (SELECT 1 AS "SUBCOL") "SUBQUERY" GROUP BY 1
---
SELECT TOP 1 "COL" FROM (SELECT 1 AS "COL") "CHECKTOP"
---
select n.nspname, c.relname, a.attname, t.typname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace join pg_catalog.pg_attribute a on a.attrelid = c.oid join pg_catalog.pg_type t on t.oid = a.atttypid where c.relname = E'sales' and a.attnum > 0 order by a.attnum
---
SELECT NULL::text AS x WHERE 'sales' = 'nothing from sales'
