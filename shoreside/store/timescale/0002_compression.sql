-- How a chunk is compressed; when, the shore's configuration says. The Apache edition has hypertables but no compression.
-- A segment is what is asked for by itself: one channel of one vessel, one vessel's track, one target.
DO $$ BEGIN
    IF current_setting('timescaledb.license', true) = 'timescale' THEN
        ALTER TABLE sample SET (timescaledb.compress, timescaledb.compress_segmentby = 'vessel_id, channel_id',
            timescaledb.compress_orderby = 'time');
        ALTER TABLE text_sample SET (timescaledb.compress, timescaledb.compress_segmentby = 'vessel_id, channel_id',
            timescaledb.compress_orderby = 'time');
        ALTER TABLE position SET (timescaledb.compress, timescaledb.compress_segmentby = 'vessel_id',
            timescaledb.compress_orderby = 'time');
        ALTER TABLE ais_report SET (timescaledb.compress, timescaledb.compress_segmentby = 'vessel_id, mmsi',
            timescaledb.compress_orderby = 'time');
    END IF;
END $$;
