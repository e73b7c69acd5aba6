CREATE TABLE results (k INT, least INT, total BIGINT, window_end TIMESTAMP(3)) WITH ('connector' = 'blackhole');

INSERT INTO results SELECT * FROM by_key;
