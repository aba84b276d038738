-- Each hour is judged by the catalogue that its samples were made with, not by today's; where none were, by the last one
-- before. What lies in no partition of its own is dropped when nothing has joined it for as long as its kind is kept.

ALTER TABLE vessel ADD COLUMN catalogue_hash text; -- of the last birth; NULL until the next one

-- What completeness needs of each catalogue; those from before this table are read from their births at the start.
CREATE TABLE catalogue_channel (
    vessel_id smallint NOT NULL REFERENCES vessel,
    hash text NOT NULL,
    channel_id smallint NOT NULL,
    unit text NOT NULL,
    kind text NOT NULL,
    cycle_s double precision NOT NULL,
    PRIMARY KEY (vessel_id, hash, channel_id)
);

-- Default partitions that hold rows: how many at the last look, and since when it is that many.
CREATE TABLE undated (
    name text PRIMARY KEY,
    rows bigint NOT NULL,
    since timestamptz NOT NULL
);

CREATE OR REPLACE FUNCTION completeness(wanted text, since timestamptz, until timestamptz)
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
), ruled AS (
    SELECT hours.*, coalesce(
        (SELECT u.hash FROM catalogue_use u WHERE u.vessel_id = (SELECT id FROM me)
            AND u.day = (hours.hour AT TIME ZONE 'UTC')::date AND u.first_time < hours.hour + interval '1 hour'
            AND u.last_time >= hours.hour AND EXISTS (SELECT FROM catalogue_channel cc
                WHERE cc.vessel_id = u.vessel_id AND cc.hash = u.hash) ORDER BY u.last_time DESC LIMIT 1),
        (SELECT u.hash FROM catalogue_use u WHERE u.vessel_id = (SELECT id FROM me)
            AND u.day <= (hours.hour AT TIME ZONE 'UTC')::date AND u.last_time < hours.hour + interval '1 hour'
            AND EXISTS (SELECT FROM catalogue_channel cc
                WHERE cc.vessel_id = u.vessel_id AND cc.hash = u.hash) ORDER BY u.last_time DESC LIMIT 1),
        (SELECT catalogue_hash FROM vessel WHERE id = (SELECT id FROM me))) AS hash
    FROM hours
), counted AS (
    SELECT c.short_id, hours.hour, k.unit,
        coalesce(floor(extract(epoch FROM hours.last - hours.first) / greatest(k.cycle_s, hours.scan_s, 0.001)) + 1, 0)::bigint
            AS expected,
        coalesce(b.samples, 0)::bigint AS received, coalesce(r.samples, 0) AS recovered, hours.lost_s, hours.reason
    FROM ruled hours JOIN catalogue_channel k ON k.hash = hours.hash JOIN channel c ON c.id = k.channel_id
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
