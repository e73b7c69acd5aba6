-- W1: the average of each sensor in tumbling and in sliding windows, over event time and over processing time, all four
-- from one scan.
CREATE TABLE tumbled_by_arrival (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP_LTZ(3) NOT NULL)
WITH ('connector' = 'blackhole');

CREATE TABLE tumbled_by_event (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP_LTZ(3) NOT NULL)
WITH ('connector' = 'blackhole');

CREATE TABLE slid_by_arrival (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP_LTZ(3) NOT NULL)
WITH ('connector' = 'blackhole');

CREATE TABLE slid_by_event (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP_LTZ(3) NOT NULL)
WITH ('connector' = 'blackhole');

EXECUTE STATEMENT SET BEGIN
INSERT INTO tumbled_by_arrival
SELECT sensor_id, AVG(temperature), TUMBLE_END(arrived_at, INTERVAL '10' SECOND)
FROM sensors
GROUP BY sensor_id, TUMBLE(arrived_at, INTERVAL '10' SECOND);
INSERT INTO tumbled_by_event
SELECT sensor_id, AVG(temperature), TUMBLE_END(measured_at, INTERVAL '10' SECOND)
FROM sensors
GROUP BY sensor_id, TUMBLE(measured_at, INTERVAL '10' SECOND);
INSERT INTO slid_by_arrival
SELECT sensor_id, AVG(temperature), HOP_END(arrived_at, INTERVAL '2' SECOND, INTERVAL '10' SECOND)
FROM sensors
GROUP BY sensor_id, HOP(arrived_at, INTERVAL '2' SECOND, INTERVAL '10' SECOND);
INSERT INTO slid_by_event
SELECT sensor_id, AVG(temperature), HOP_END(measured_at, INTERVAL '2' SECOND, INTERVAL '10' SECOND)
FROM sensors
GROUP BY sensor_id, HOP(measured_at, INTERVAL '2' SECOND, INTERVAL '10' SECOND);
END;
