-- W1's check: the windows over event time with their counts, to files. What goes in must come out: once from the tumbling
-- windows, five times from the sliding ones.
CREATE TABLE tumbled_by_event (sensor_id INT, readings BIGINT, average NUMERIC(6, 2))
WITH ('connector' = 'filesystem', 'path' = '${OUTPUT}/tumbled', 'format' = 'csv');

CREATE TABLE slid_by_event (sensor_id INT, readings BIGINT, average NUMERIC(6, 2))
WITH ('connector' = 'filesystem', 'path' = '${OUTPUT}/slid', 'format' = 'csv');

EXECUTE STATEMENT SET BEGIN
INSERT INTO tumbled_by_event
SELECT sensor_id, COUNT(*), AVG(temperature)
FROM sensors
GROUP BY sensor_id, TUMBLE(measured_at, INTERVAL '10' SECOND);
INSERT INTO slid_by_event
SELECT sensor_id, COUNT(*), AVG(temperature)
FROM sensors
GROUP BY sensor_id, HOP(measured_at, INTERVAL '2' SECOND, INTERVAL '10' SECOND);
END;
