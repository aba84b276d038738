-- Completeness: what a channel should have said in an hour, what came, what of it came late, and why the rest did not.

ALTER TABLE batch_ledger ADD COLUMN first_time timestamptz, ADD COLUMN last_time timestamptz; -- of its scans

-- The channels of the vessel's last catalogue, so that units and cycles are at hand in SQL.
CREATE TABLE vessel_channel (
    vessel_id smallint NOT NULL,
    channel_id smallint NOT NULL,
    catalogue_hash text NOT NULL,
    name text NOT NULL,
    unit text NOT NULL,
    kind text NOT NULL,
    low double precision,
    high double precision,
    cycle_s double precision NOT NULL,
    max_age_s double precision NOT NULL,
    circular boolean NOT NULL,
    local_id text NOT NULL,                -- ISO 19848
    PRIMARY KEY (vessel_id, channel_id)
);

-- When the vessel was heard in an hour (of the scans' own times), and how often she took a scan.
CREATE TABLE vessel_hour (
    vessel_id smallint NOT NULL,
    hour timestamptz NOT NULL,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    batches integer NOT NULL,
    historical integer NOT NULL,           -- batches that came late
    steps bigint NOT NULL,                 -- from scan to scan within batches
    stepped_s double precision NOT NULL,   -- what they took together
    PRIMARY KEY (vessel_id, hour)
);

-- Samples that came late, by channel and hour.
CREATE TABLE recovered (
    vessel_id smallint NOT NULL,
    channel_id smallint NOT NULL,
    hour timestamptz NOT NULL,
    samples bigint NOT NULL,
    PRIMARY KEY (vessel_id, hour, channel_id)
);

CREATE INDEX event_dropped ON event (vessel_id) WHERE kind = 'dropped';

-- Batches that are not here, with what is known of why: dropped aboard (the vessel says so), refused by the database, or
-- not here yet. Their time lies between the batches before and after.
CREATE VIEW missing_range AS
WITH said AS (
    SELECT vessel_id, CASE WHEN jsonb_typeof(body -> 'epoch') = 'number' THEN (body -> 'epoch')::bigint END AS epoch,
        CASE WHEN jsonb_typeof(body -> 'first') = 'number' THEN (body -> 'first')::bigint END AS first_seq,
        CASE WHEN jsonb_typeof(body -> 'last') = 'number' THEN (body -> 'last')::bigint END AS last_seq,
        'dropped aboard: ' || coalesce(body ->> 'reason', 'no reason said') AS reason, time AS told
    FROM event WHERE kind = 'dropped' AND coalesce(body ->> 'class', 'samples') = 'samples'
    UNION ALL
    SELECT vessel_id, CASE WHEN stream ~ '^refused batch \d{1,18}$' THEN substr(stream, 15)::bigint END, first_seq, last_seq,
        'refused by the database', noticed
    FROM gap WHERE starts_with(stream, 'refused batch ')
), known AS (
    SELECT vessel_id, epoch, range_agg(int8range(first_seq, last_seq, '[]')) AS seqs
    FROM said WHERE epoch IS NOT NULL AND first_seq <= last_seq GROUP BY 1, 2
), hole AS (
    SELECT p.vessel_id, p.epoch,
        unnest(int8multirange(int8range(1, upper(range_merge(p.seqs)))) - p.seqs - coalesce(k.seqs, '{}')) AS r
    FROM batch_progress p LEFT JOIN known k USING (vessel_id, epoch)
), listed AS (
    SELECT vessel_id, epoch, first_seq, last_seq, reason, told FROM said WHERE epoch IS NOT NULL AND first_seq <= last_seq
    UNION ALL
    SELECT vessel_id, epoch, lower(r), upper(r) - 1, 'not here yet', NULL FROM hole
)
SELECT l.vessel_id, l.epoch, l.first_seq, l.last_seq, l.reason,
    coalesce(before.last_time, after.first_time, l.told) AS since, coalesce(after.first_time, l.told, before.last_time) AS until
FROM listed l
LEFT JOIN LATERAL (SELECT last_time FROM batch_ledger b WHERE b.vessel_id = l.vessel_id AND b.epoch = l.epoch
    AND b.seq < l.first_seq ORDER BY seq DESC LIMIT 1) before ON true
LEFT JOIN LATERAL (SELECT first_time FROM batch_ledger b WHERE b.vessel_id = l.vessel_id AND b.epoch = l.epoch
    AND b.seq > l.last_seq ORDER BY seq LIMIT 1) after ON true;

-- A row per channel and hour in which the vessel was heard, or in which something of hers is missing.
CREATE FUNCTION completeness(wanted text, since timestamptz, until timestamptz)
RETURNS TABLE (channel text, hour timestamptz, unit text, expected bigint, received bigint, recovered bigint,
    missing bigint, missing_s double precision, reason text)
LANGUAGE sql STABLE AS $$
WITH me AS (SELECT id FROM vessel WHERE slug = wanted),
span AS (
    SELECT date_bin('1 hour', since, '2000-01-01 00:00:00+00') AS first, date_bin('1 hour', until, '2000-01-01 00:00:00+00')
        + CASE WHEN date_bin('1 hour', until, '2000-01-01 00:00:00+00') = until THEN '0' ELSE '1 hour' END::interval AS last
), lost AS MATERIALIZED (
    SELECT h.hour, sum(extract(epoch FROM least(m.until, h.hour + interval '1 hour') - greatest(m.since, h.hour))) AS lost_s,
        string_agg(DISTINCT m.reason, '; ') AS reason
    FROM missing_range m, span CROSS JOIN LATERAL generate_series(
        greatest(date_bin('1 hour', m.since, '2000-01-01 00:00:00+00'), span.first),
        least(m.until, span.last - interval '1 microsecond'), interval '1 hour') AS h(hour)
    WHERE m.vessel_id = (SELECT id FROM me) GROUP BY 1
), hours AS (
    SELECT coalesce(h.hour, lost.hour) AS hour, h.first, h.last, h.stepped_s / nullif(h.steps, 0) AS scan_s,
        lost.lost_s, lost.reason
    FROM (SELECT v.hour, v.first, v.last, v.steps, v.stepped_s FROM vessel_hour v, span
        WHERE v.vessel_id = (SELECT id FROM me) AND v.hour >= span.first AND v.hour < span.last) h
    FULL JOIN lost ON lost.hour = h.hour
), buckets AS MATERIALIZED (
    SELECT channel_id, start, good + stale + invalid + out_of_range + frozen + manual AS samples FROM bucket_1h
    WHERE vessel_id = (SELECT id FROM me) AND start >= (SELECT first FROM span) AND start < (SELECT last FROM span)
), counted AS (
    SELECT c.short_id, hours.hour, k.unit,
        coalesce(floor(extract(epoch FROM hours.last - hours.first) / greatest(k.cycle_s, hours.scan_s, 0.001)) + 1, 0)::bigint
            AS expected,
        coalesce(b.samples, 0)::bigint AS received, coalesce(r.samples, 0) AS recovered, hours.lost_s, hours.reason
    FROM hours CROSS JOIN vessel_channel k JOIN channel c ON c.id = k.channel_id
    LEFT JOIN buckets b ON b.channel_id = k.channel_id AND b.start = hours.hour
    LEFT JOIN recovered r ON r.vessel_id = k.vessel_id AND r.channel_id = k.channel_id AND r.hour = hours.hour
    WHERE k.vessel_id = (SELECT id FROM me) AND k.kind <> 'text'
)
SELECT short_id, counted.hour, counted.unit, counted.expected, counted.received, counted.recovered,
    greatest(counted.expected - counted.received, 0), coalesce(lost_s, 0)::double precision,
    CASE WHEN counted.reason IS NOT NULL THEN counted.reason WHEN counted.received = 0 THEN 'silent'
        WHEN counted.received < counted.expected THEN 'spoke less often than its cycle' ELSE '' END
FROM counted ORDER BY 2, 1
$$;
