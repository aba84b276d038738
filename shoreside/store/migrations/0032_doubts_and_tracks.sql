-- Why a report cannot be true, as the vessel that heard it judged; and whose number it is where a radar tracks the target
-- (mmsi is then one of our own, of ten digits).
ALTER TABLE ais_report ADD COLUMN doubt text;
ALTER TABLE ais_report ADD COLUMN track text;
