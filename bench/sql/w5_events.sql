-- W5: a row each millisecond of event time, 100 keys.
CREATE TABLE events (
    id BIGINT,
    k INT,
    v INT,
    ts AS TO_TIMESTAMP_LTZ(id, 3),
    WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH (
    'connector' = 'datagen',
    'number-of-rows' = '${ROWS}',
    'rows-per-second' = '1000000000',
    'fields.id.kind' = 'sequence',
    'fields.id.start' = '0',
    'fields.id.end' = '${ROWS}',
    'fields.k.min' = '0',
    'fields.k.max' = '99',
    'fields.v.min' = '0',
    'fields.v.max' = '1000'
);
