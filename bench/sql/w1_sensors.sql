-- W1: rows of 11 sensors, made as fast as they are taken. Event time is the clock's.
CREATE TABLE sensors (
    sensor_id INT,
    temperature NUMERIC(6, 2),
    measured_at TIMESTAMP(3),
    arrived_at AS PROCTIME(),
    WATERMARK FOR measured_at AS measured_at - INTERVAL '5' SECOND
) PARTITIONED BY (sensor_id) WITH (
    'connector' = 'datagen',
    'number-of-rows' = '${ROWS}',
    'rows-per-second' = '1000000000',
    'fields.sensor_id.min' = '10',
    'fields.sensor_id.max' = '20',
    'fields.temperature.min' = '0',
    'fields.temperature.max' = '100'
);
