CREATE TABLE results (k INT, least INT, total BIGINT, window_end TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '${OUTPUT}', 'format' = 'csv');

INSERT INTO results SELECT * FROM by_key;
