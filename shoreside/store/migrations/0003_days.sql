-- What grows with time lies in a partition a day, as the samples do, so that keeping it for so many days costs nothing.
-- Rows that are there already stay where they are, as the default partition.

ALTER TABLE text_sample RENAME TO text_sample_undated;
ALTER INDEX text_sample_by_channel RENAME TO text_sample_undated_by_channel;
CREATE TABLE text_sample (LIKE text_sample_undated) PARTITION BY RANGE (time);
CREATE INDEX text_sample_by_channel ON text_sample (vessel_id, channel_id, time);
ALTER TABLE text_sample ATTACH PARTITION text_sample_undated DEFAULT;

ALTER TABLE position RENAME TO position_undated;
ALTER INDEX position_by_time RENAME TO position_undated_by_time;
CREATE TABLE position (LIKE position_undated) PARTITION BY RANGE (time);
CREATE INDEX position_by_time ON position (vessel_id, time);
ALTER TABLE position ATTACH PARTITION position_undated DEFAULT;

ALTER TABLE ais_report RENAME TO ais_report_undated;
ALTER INDEX ais_report_by_target RENAME TO ais_report_undated_by_target;
CREATE TABLE ais_report (LIKE ais_report_undated) PARTITION BY RANGE (time);
CREATE INDEX ais_report_by_target ON ais_report (vessel_id, mmsi, time);
ALTER TABLE ais_report ATTACH PARTITION ais_report_undated DEFAULT;
