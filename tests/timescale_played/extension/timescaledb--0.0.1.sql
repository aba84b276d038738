-- The few functions and views of TimescaleDB that the store uses, with the arguments, answers and kinds of errors of TimescaleDB
-- 2.23, played on plain tables: a chunk is a day (UTC) that has rows. It is the Apache edition unless a test says otherwise: no
-- compression. `test_timescale_itself` asks both the same.
CREATE TABLE played_call (at serial, call text NOT NULL, relation text NOT NULL, argument text NOT NULL);

CREATE FUNCTION played_name(relation regclass) RETURNS text LANGUAGE sql STABLE AS $$ SELECT trim('"' FROM relation::text) $$;

CREATE FUNCTION played_is_hypertable(relation regclass) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM played_call c WHERE c.call = 'create_hypertable' AND c.relation = played_name($1))
$$;

CREATE FUNCTION played_assert_hypertable(relation regclass) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT played_is_hypertable(relation) THEN
        RAISE EXCEPTION '"%" is not a hypertable or a continuous aggregate', played_name(relation) USING ERRCODE = 'TS001';
    END IF;
END $$;

CREATE FUNCTION create_hypertable(relation regclass, time_column_name name, chunk_time_interval anyelement,
    create_default_indexes boolean DEFAULT true)
    RETURNS TABLE (hypertable_id integer, schema_name name, table_name name, created boolean)
LANGUAGE plpgsql AS $$
DECLARE found boolean;
BEGIN
    IF played_is_hypertable(relation) THEN
        RAISE EXCEPTION 'table "%" is already a hypertable', played_name(relation) USING ERRCODE = 'TS110';
    END IF;
    IF (SELECT relkind FROM pg_class WHERE oid = relation) <> 'r' THEN
        RAISE EXCEPTION 'table "%" is already partitioned', played_name(relation) USING ERRCODE = 'wrong_object_type';
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', relation) INTO found;
    IF found THEN
        RAISE EXCEPTION 'table "%" is not empty', played_name(relation) USING ERRCODE = 'feature_not_supported';
    END IF;
    INSERT INTO played_call (call, relation, argument) VALUES ('create_hypertable', played_name(relation),
        format('%s %s %s', time_column_name, chunk_time_interval, create_default_indexes));
    RETURN QUERY SELECT 1, current_schema(), played_name(relation)::name, true;
END $$;

CREATE FUNCTION played_chunks() RETURNS TABLE (hypertable_schema name, hypertable_name name, range_start timestamptz,
    range_end timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE made text;
BEGIN
    FOR made IN SELECT relation FROM played_call WHERE call = 'create_hypertable' LOOP
        RETURN QUERY EXECUTE format('SELECT DISTINCT current_schema(), %L::name, day, day + interval ''1 day''
            FROM (SELECT date_bin(''1 day'', time, ''2000-01-01 00:00:00+00'') AS day FROM %I) AS days', made, made);
    END LOOP;
END $$;

CREATE FUNCTION played_within(relation regclass, older_than timestamptz, newer_than timestamptz) RETURNS SETOF timestamptz
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM played_assert_hypertable(relation);
    IF newer_than >= older_than THEN
        RAISE EXCEPTION 'invalid time range' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY SELECT range_start FROM played_chunks() WHERE hypertable_name = played_name(relation)
        AND range_start >= newer_than AND range_end <= older_than ORDER BY 1;
END $$;

CREATE FUNCTION show_chunks(relation regclass, older_than timestamptz, newer_than timestamptz) RETURNS SETOF regclass
LANGUAGE sql STABLE AS $$ SELECT relation FROM played_within(relation, older_than, newer_than) $$;

CREATE FUNCTION drop_chunks(relation regclass, older_than timestamptz, newer_than timestamptz) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE start timestamptz;
BEGIN
    FOR start IN SELECT played_within(relation, older_than, newer_than) LOOP
        EXECUTE format('DELETE FROM %s WHERE time >= $1 AND time < $1 + interval ''1 day''', relation) USING start;
        INSERT INTO played_call (call, relation, argument)
            VALUES ('drop_chunks', played_name(relation), newer_than || ' ' || older_than);
        RETURN NEXT relation::text;
    END LOOP;
END $$;

CREATE FUNCTION remove_compression_policy(hypertable regclass, if_exists boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM played_assert_hypertable(hypertable);
    DELETE FROM played_call WHERE call = 'add_compression_policy' AND relation = played_name(hypertable);
    IF NOT found AND NOT if_exists THEN
        RAISE EXCEPTION 'no policy for hypertable "%"', played_name(hypertable) USING ERRCODE = 'undefined_object';
    END IF;
    RETURN found;
END $$;

CREATE FUNCTION add_compression_policy(hypertable regclass, compress_after interval) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE made integer;
BEGIN
    PERFORM played_assert_hypertable(hypertable);
    IF EXISTS (SELECT FROM played_call WHERE call = 'add_compression_policy' AND relation = played_name(hypertable)) THEN
        RAISE EXCEPTION 'a policy for hypertable "%" is there', played_name(hypertable) USING ERRCODE = 'duplicate_object';
    END IF;
    INSERT INTO played_call (call, relation, argument)
        VALUES ('add_compression_policy', played_name(hypertable), compress_after::text) RETURNING at INTO made;
    RETURN made;
END $$;

CREATE SCHEMA timescaledb_information;

CREATE VIEW timescaledb_information.chunks AS SELECT * FROM played_chunks();

CREATE VIEW timescaledb_information.jobs AS
    SELECT at AS job_id, current_schema() AS hypertable_schema, relation::name AS hypertable_name,
        jsonb_build_object('compress_after', argument) AS config
    FROM played_call WHERE call = 'add_compression_policy';
