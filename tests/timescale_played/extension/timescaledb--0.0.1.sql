-- The few functions of TimescaleDB that the store calls, with the arguments of TimescaleDB 2, played on plain tables: a
-- chunk is a day (UTC) that has rows. It is the Apache edition unless a test says otherwise: no compression.
CREATE TABLE played_call (at serial, call text NOT NULL, relation text NOT NULL, argument text NOT NULL);

CREATE FUNCTION create_hypertable(relation regclass, time_column_name name, chunk_time_interval anyelement,
    create_default_indexes boolean DEFAULT true) RETURNS TABLE (hypertable_id integer, created boolean)
LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = relation) <> 'r' THEN
        RAISE EXCEPTION 'table "%" is already partitioned', relation;
    END IF;
    INSERT INTO played_call (call, relation, argument)
        VALUES ('create_hypertable', trim('"' FROM relation::text), format('%s %s %s', time_column_name, chunk_time_interval, create_default_indexes));
    RETURN QUERY SELECT 1, true;
END $$;

CREATE FUNCTION show_chunks(relation regclass, older_than timestamptz, newer_than timestamptz) RETURNS SETOF regclass
LANGUAGE plpgsql STABLE AS $$
DECLARE found boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM played_call c WHERE c.call = 'create_hypertable' AND c.relation = trim('"' FROM show_chunks.relation::text)) THEN
        RAISE EXCEPTION '"%" is not a hypertable', relation;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE time >= date_bin(''1 day'', $1 + ''1 day - 1us''::interval,
        ''2000-01-01 00:00:00+00'') AND time < date_bin(''1 day'', $2, ''2000-01-01 00:00:00+00''))', relation)
        INTO found USING newer_than, older_than;
    IF found THEN RETURN NEXT relation; END IF;
END $$;

CREATE FUNCTION drop_chunks(relation regclass, older_than timestamptz, newer_than timestamptz) RETURNS SETOF text
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM show_chunks(relation, older_than, newer_than)) THEN
        EXECUTE format('DELETE FROM %s WHERE time >= date_bin(''1 day'', $1 + ''1 day - 1us''::interval,
            ''2000-01-01 00:00:00+00'') AND time < date_bin(''1 day'', $2, ''2000-01-01 00:00:00+00'')', relation)
            USING newer_than, older_than;
        INSERT INTO played_call (call, relation, argument) VALUES ('drop_chunks', trim('"' FROM relation::text), newer_than || ' ' || older_than);
        RETURN NEXT relation::text;
    END IF;
END $$;

CREATE FUNCTION remove_compression_policy(hypertable regclass, if_exists boolean DEFAULT false) RETURNS boolean
LANGUAGE sql AS $$
    DELETE FROM played_call WHERE call = 'add_compression_policy' AND relation = trim('"' FROM hypertable::text) RETURNING true
$$;

CREATE FUNCTION add_compression_policy(hypertable regclass, compress_after interval) RETURNS integer
LANGUAGE sql AS $$
    INSERT INTO played_call (call, relation, argument)
        VALUES ('add_compression_policy', trim('"' FROM hypertable::text), compress_after::text) RETURNING at
$$;
