-- A vessel tells a loss as a range: what of it she knows to be gone, or where her own list was damaged, all that may be.
-- What is here of such a range, from before or since, is not missing.
CREATE OR REPLACE VIEW missing_range AS
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
    SELECT s.vessel_id, s.epoch, lower(r) AS first_seq, upper(r) - 1 AS last_seq, s.reason, s.told
    FROM said s LEFT JOIN batch_progress p USING (vessel_id, epoch)
    CROSS JOIN LATERAL unnest(int8multirange(int8range(s.first_seq, s.last_seq, '[]')) - coalesce(p.seqs, '{}')) AS r
    WHERE s.epoch IS NOT NULL AND s.first_seq <= s.last_seq
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
