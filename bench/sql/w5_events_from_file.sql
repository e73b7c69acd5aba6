-- W5's check: the same events for every engine.
CREATE TABLE events (
    id BIGINT,
    k INT,
    v INT,
    ts AS TO_TIMESTAMP_LTZ(id, 3),
    WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${INPUT}', 'format' = 'csv');
