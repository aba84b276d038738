-- What grows with time becomes hypertables with a chunk a day (UTC), on a database that has nothing in it yet: a table that
-- is partitioned by PostgreSQL cannot be turned into one. Columns, indexes and views are taken from the migrations as they
-- are, so that they are written down once; names and answers stay the same. The roll-ups stay our own tables.
CREATE EXTENSION IF NOT EXISTS timescaledb;

DO $$
DECLARE
    made text; indexes text[]; wanted text; found boolean;
    views text[] := ARRAY(SELECT relname::text FROM pg_class WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace
        ORDER BY oid);
    definitions text[] := ARRAY(SELECT pg_get_viewdef(oid) FROM pg_class WHERE relkind = 'v'
        AND relnamespace = current_schema()::regnamespace ORDER BY oid);
BEGIN
    FOREACH made IN ARRAY ARRAY['sample', 'text_sample', 'position', 'ais_report'] LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', made) INTO found;
        IF found THEN RAISE EXCEPTION '% has rows: hypertables are made on an empty database only', made; END IF;
        indexes := ARRAY(SELECT replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') FROM pg_index
            WHERE indrelid = made::regclass);
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', made || '_new', made);
        EXECUTE format('DROP TABLE %I CASCADE', made);
        EXECUTE format('ALTER TABLE %I RENAME TO %I', made || '_new', made);
        FOREACH wanted IN ARRAY indexes LOOP EXECUTE wanted; END LOOP;
        PERFORM create_hypertable(made::regclass, 'time'::name, chunk_time_interval => interval '1 day',
            create_default_indexes => false);
    END LOOP;
    FOR i IN 1 .. cardinality(views) LOOP -- in the order in which they were made: each after those that it reads
        IF to_regclass(quote_ident(views[i])) IS NULL THEN
            EXECUTE format('CREATE VIEW %I AS %s', views[i], definitions[i]);
        END IF;
    END LOOP;
END $$;
