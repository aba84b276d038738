-- Roll-ups of 1 s, 1 min and 1 h, and the views through which they are read. The views are right at every moment: what
-- has not been rolled up yet (rollup_due) they compute from the samples.

-- Which partitions were made, and which of them have been dropped. A partition is kept from the later of its own time and
-- the time it was made: what came late, or with a wrong clock, is not gone the day it comes.
CREATE TABLE partition_record (
    name text PRIMARY KEY,
    parent text NOT NULL,
    first timestamptz NOT NULL,
    until timestamptz NOT NULL,            -- excluded
    made timestamptz NOT NULL DEFAULT now(),
    dropped timestamptz                    -- NULL: it is there
);
CREATE INDEX partition_record_by_parent ON partition_record (parent, first);
INSERT INTO partition_record (name, parent, first, until)
SELECT child.relname, 'sample', to_timestamp(substr(child.relname, 8) || ' 00:00:00+00', 'YYYYMMDD HH24:MI:SSTZH'),
    to_timestamp(substr(child.relname, 8) || ' 00:00:00+00', 'YYYYMMDD HH24:MI:SSTZH') + interval '24 hours'
FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
WHERE inhparent = 'sample'::regclass AND child.relname ~ '^sample_\d{8}$';

-- Minutes that got samples which the roll-ups do not have. Rows are only added (in the transaction of the samples) and
-- deleted (in that of the roll-ups), so that neither waits for the other.
CREATE TABLE rollup_due (
    vessel_id smallint NOT NULL,
    minute timestamptz NOT NULL
);
CREATE INDEX rollup_due_by_minute ON rollup_due (vessel_id, minute);

CREATE TABLE rollup_1s (
    vessel_id smallint NOT NULL,
    channel_id smallint NOT NULL,
    start timestamptz NOT NULL,
    count integer NOT NULL,                -- samples that have a value
    low double precision,
    high double precision,
    sum double precision,                  -- mean = sum / count
    sum_sin double precision,              -- for angles: mean = atan2d(sum_sin, sum_cos)
    sum_cos double precision,
    last double precision,
    last_time timestamptz,                 -- of `last`; NULL where no sample had a value
    good integer NOT NULL,                 -- samples by quality
    stale integer NOT NULL,
    invalid integer NOT NULL,
    out_of_range integer NOT NULL,
    frozen integer NOT NULL,
    manual integer NOT NULL,
    PRIMARY KEY (vessel_id, channel_id, start)
) PARTITION BY RANGE (start);
CREATE TABLE rollup_1min (LIKE rollup_1s INCLUDING ALL) PARTITION BY RANGE (start);
CREATE TABLE rollup_1h (LIKE rollup_1s INCLUDING ALL) PARTITION BY RANGE (start);
CREATE TABLE rollup_1s_undated PARTITION OF rollup_1s DEFAULT;
CREATE TABLE rollup_1min_undated PARTITION OF rollup_1min DEFAULT;
CREATE TABLE rollup_1h_undated PARTITION OF rollup_1h DEFAULT;

-- All that the samples say now goes into the roll-ups once.
INSERT INTO rollup_due SELECT DISTINCT vessel_id, date_bin('1 minute', time, '2000-01-01 00:00:00+00') FROM sample;

CREATE VIEW unrolled_1s AS
SELECT d.vessel_id, c.id AS channel_id, l.*, d.minute FROM (SELECT DISTINCT vessel_id, minute FROM rollup_due) d
CROSS JOIN channel c CROSS JOIN LATERAL (
    SELECT date_bin('1 second', time, '2000-01-01 00:00:00+00') AS start, count(value)::integer AS count,
        min(value) AS low, max(value) AS high, sum(value) AS sum, sum(sind(value)) AS sum_sin,
        sum(cosd(value)) AS sum_cos,
        (array_agg(value ORDER BY time DESC, value DESC) FILTER (WHERE value IS NOT NULL))[1] AS last,
        max(time) FILTER (WHERE value IS NOT NULL) AS last_time,
        (count(*) FILTER (WHERE quality = 0))::integer AS good, (count(*) FILTER (WHERE quality = 1))::integer AS stale,
        (count(*) FILTER (WHERE quality NOT IN (0, 1, 3, 4, 5)))::integer AS invalid,
        (count(*) FILTER (WHERE quality = 3))::integer AS out_of_range,
        (count(*) FILTER (WHERE quality = 4))::integer AS frozen,
        (count(*) FILTER (WHERE quality = 5))::integer AS manual
    FROM sample s
    WHERE s.vessel_id = d.vessel_id AND s.channel_id = c.id AND s.time >= d.minute
        AND s.time < d.minute + interval '1 minute'
    GROUP BY 1) l;

CREATE VIEW unrolled_1min AS
SELECT d.vessel_id, c.id AS channel_id, d.minute AS start, l.*
FROM (SELECT DISTINCT vessel_id, minute FROM rollup_due) d CROSS JOIN channel c CROSS JOIN LATERAL (
    SELECT count(value)::integer AS count, min(value) AS low, max(value) AS high, sum(value) AS sum,
        sum(sind(value)) AS sum_sin, sum(cosd(value)) AS sum_cos,
        (array_agg(value ORDER BY time DESC, value DESC) FILTER (WHERE value IS NOT NULL))[1] AS last,
        max(time) FILTER (WHERE value IS NOT NULL) AS last_time,
        (count(*) FILTER (WHERE quality = 0))::integer AS good, (count(*) FILTER (WHERE quality = 1))::integer AS stale,
        (count(*) FILTER (WHERE quality NOT IN (0, 1, 3, 4, 5)))::integer AS invalid,
        (count(*) FILTER (WHERE quality = 3))::integer AS out_of_range,
        (count(*) FILTER (WHERE quality = 4))::integer AS frozen,
        (count(*) FILTER (WHERE quality = 5))::integer AS manual
    FROM sample s
    WHERE s.vessel_id = d.vessel_id AND s.channel_id = c.id AND s.time >= d.minute
        AND s.time < d.minute + interval '1 minute'
    HAVING count(*) > 0) l;

-- `minute` is there so that a question about a span need not look at every minute that is due.
CREATE VIEW bucket_1s AS
SELECT r.*, date_bin('1 minute', r.start, '2000-01-01 00:00:00+00') AS minute FROM rollup_1s r WHERE NOT EXISTS (
    SELECT FROM rollup_due d WHERE d.vessel_id = r.vessel_id
        AND d.minute = date_bin('1 minute', r.start, '2000-01-01 00:00:00+00'))
UNION ALL
SELECT * FROM unrolled_1s;

CREATE VIEW bucket_1min AS
SELECT * FROM rollup_1min r WHERE NOT EXISTS (
    SELECT FROM rollup_due d WHERE d.vessel_id = r.vessel_id AND d.minute = r.start)
UNION ALL
SELECT * FROM unrolled_1min;

CREATE VIEW unrolled_1h AS
SELECT d.vessel_id, c.id AS channel_id, d.hour AS start, l.*
FROM (SELECT DISTINCT vessel_id, date_bin('1 hour', minute, '2000-01-01 00:00:00+00') AS hour FROM rollup_due) d
CROSS JOIN channel c CROSS JOIN LATERAL (
    SELECT sum(count)::integer AS count, min(low) AS low, max(high) AS high, sum(sum) AS sum, sum(sum_sin) AS sum_sin,
        sum(sum_cos) AS sum_cos,
        (array_agg(last ORDER BY last_time DESC) FILTER (WHERE last_time IS NOT NULL))[1] AS last,
        max(last_time) AS last_time, sum(good)::integer AS good, sum(stale)::integer AS stale,
        sum(invalid)::integer AS invalid, sum(out_of_range)::integer AS out_of_range, sum(frozen)::integer AS frozen,
        sum(manual)::integer AS manual
    FROM bucket_1min b
    WHERE b.vessel_id = d.vessel_id AND b.channel_id = c.id AND b.start >= d.hour AND b.start < d.hour + interval '1 hour'
    HAVING count(*) > 0) l;

CREATE VIEW bucket_1h AS
SELECT * FROM rollup_1h r WHERE NOT EXISTS (
    SELECT FROM rollup_due d WHERE d.vessel_id = r.vessel_id
        AND date_bin('1 hour', d.minute, '2000-01-01 00:00:00+00') = r.start)
UNION ALL
SELECT * FROM unrolled_1h;
