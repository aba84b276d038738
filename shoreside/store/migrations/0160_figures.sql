-- Jitter, bytes a second and one way within a span of a heartbeat: [[milliseconds since its beginning, jitter_ms,
-- received_bytes_s, one_way_ms], ...], one each ten seconds. NULL: of before this column.
ALTER TABLE heard ADD COLUMN figures jsonb;
