-- What is rolled up and stands has a view of its own: a question about a whole span asks it, and what is due, one beside the other.
-- Rows that pass through both in one view are copied twice on their way, a third of the time of a month of minutes.

CREATE VIEW kept_1s AS
SELECT r.*, date_bin('1 minute', r.start, '2000-01-01 00:00:00+00') AS minute FROM rollup_1s r
WHERE (r.vessel_id, date_bin('1 minute', r.start, '2000-01-01 00:00:00+00')) NOT IN (
    SELECT d.vessel_id, d.minute FROM rollup_due d);

CREATE VIEW kept_1min AS
SELECT * FROM rollup_1min r WHERE (r.vessel_id, r.start) NOT IN (SELECT d.vessel_id, d.minute FROM rollup_due d);

CREATE VIEW kept_1h AS
SELECT * FROM rollup_1h r WHERE (r.vessel_id, r.start) NOT IN (
    SELECT d.vessel_id, date_bin('1 hour', d.minute, '2000-01-01 00:00:00+00') FROM rollup_due d);

CREATE OR REPLACE VIEW bucket_1s AS SELECT * FROM kept_1s UNION ALL SELECT * FROM unrolled_1s;
CREATE OR REPLACE VIEW bucket_1min AS SELECT * FROM kept_1min UNION ALL SELECT * FROM unrolled_1min;
CREATE OR REPLACE VIEW bucket_1h AS SELECT * FROM kept_1h UNION ALL SELECT * FROM unrolled_1h;
