CREATE TABLE results (sensor INT, least INT, greatest INT, total INT, readings BIGINT, window_end TIMESTAMP(3))
WITH ('connector' = 'blackhole');

INSERT INTO results SELECT * FROM by_sensor;
