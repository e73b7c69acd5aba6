-- Average temperatures of eleven sensors, four ways: tumbling windows of 10 s and sliding ones of 10 s every 2 s, each by
-- the clock and by the time in the reading. All four come from one scan of the readings.
--
--     flott run examples/sensors.sql          first results after about 10 s; Ctrl-C ends it

CREATE TABLE sensor_readings (
    sensor_id   INT,
    temperature NUMERIC(6, 2),
    humidity    NUMERIC(6, 2),
    event_time  TIMESTAMP(3),
    proc_time   AS PROCTIME(),
    WATERMARK FOR event_time AS event_time - INTERVAL '2' SECOND
) WITH (
    'connector' = 'datagen',
    'rows-per-second' = '100',
    'fields.sensor_id.min' = '10',
    'fields.sensor_id.max' = '20',
    'fields.temperature.min' = '0',
    'fields.temperature.max' = '100',
    'fields.humidity.min' = '30',
    'fields.humidity.max' = '90',
    'fields.event_time.max-past' = '500 ms'
);

CREATE TABLE tumbling_by_clock (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3)) WITH (
    'connector' = 'print', 'print-identifier' = 'tumbling by clock'
);

CREATE TABLE sliding_by_clock (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3)) WITH (
    'connector' = 'print', 'print-identifier' = 'sliding by clock'
);

CREATE TABLE tumbling_by_event (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3)) WITH (
    'connector' = 'print', 'print-identifier' = 'tumbling by event'
);

CREATE TABLE sliding_by_event (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3)) WITH (
    'connector' = 'print', 'print-identifier' = 'sliding by event'
);

EXECUTE STATEMENT SET
BEGIN
    INSERT INTO tumbling_by_clock
    SELECT sensor_id, AVG(temperature), TUMBLE_END(proc_time, INTERVAL '10' SECOND)
    FROM sensor_readings
    GROUP BY TUMBLE(proc_time, INTERVAL '10' SECOND), sensor_id;

    INSERT INTO sliding_by_clock
    SELECT sensor_id, AVG(temperature), HOP_END(proc_time, INTERVAL '2' SECOND, INTERVAL '10' SECOND)
    FROM sensor_readings
    GROUP BY HOP(proc_time, INTERVAL '2' SECOND, INTERVAL '10' SECOND), sensor_id;

    INSERT INTO tumbling_by_event
    SELECT sensor_id, AVG(temperature), TUMBLE_END(event_time, INTERVAL '10' SECOND)
    FROM sensor_readings
    GROUP BY TUMBLE(event_time, INTERVAL '10' SECOND), sensor_id;

    INSERT INTO sliding_by_event
    SELECT sensor_id, AVG(temperature), HOP_END(event_time, INTERVAL '2' SECOND, INTERVAL '10' SECOND)
    FROM sensor_readings
    GROUP BY HOP(event_time, INTERVAL '2' SECOND, INTERVAL '10' SECOND), sensor_id;
END;
