-- Average temperatures of eleven sensors as in sensors.sql, from readings in a Kinesis stream to four streams: tumbling
-- windows written as Flink's legacy group windows, sliding ones as window table functions, each by the clock and by the
-- time in the reading.
--
-- Without an AWS account, a local service (needs Node.js) plays the part of Amazon's; in a second terminal:
--
--     npm install kinesis-local && cd node_modules/kinesis-local &&
--     INITIALIZE_STREAMS=readings:2,tumbling_by_clock:1,sliding_by_clock:1,tumbling_by_event:1,sliding_by_event:1 node main.js
--
--     flott run examples/sensors_kinesis.sql          first results after about 10 s; Ctrl-C ends it
--     flott run examples/sensors_kinesis_look.sql     in a third terminal: what arrives in the four streams
--
-- On AWS: create the five streams, take the lines with aws.endpoint and aws.credentials out, and set the region.

SET 'table.local-time-zone' = 'UTC';

-- Makes the readings; a real job would not have this part.
CREATE TABLE sensors (
    sensor_id   INT,
    temperature NUMERIC(6, 2),
    humidity    NUMERIC(6, 2),
    event_time  TIMESTAMP(3)
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

CREATE TABLE sensor_readings (
    sensor_id   INT,
    temperature NUMERIC(6, 2),
    humidity    NUMERIC(6, 2),
    event_time  TIMESTAMP(3),
    proc_time   AS PROCTIME(),
    WATERMARK FOR event_time AS event_time - INTERVAL '2' SECOND
)
PARTITIONED BY (sensor_id)
WITH (
    'connector' = 'kinesis',
    'stream' = 'readings',
    'scan.stream.initpos' = 'LATEST',
    'sink.flush-buffer.timeout' = '100',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601',
    'aws.region' = 'us-east-1',
    'aws.endpoint' = 'http://localhost:4568',
    'aws.credentials.basic.accesskeyid' = 'local',
    'aws.credentials.basic.secretkey' = 'local'
);

CREATE TABLE tumbling_by_clock (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3))
PARTITIONED BY (sensor_id)
WITH (
    'connector' = 'kinesis',
    'stream' = 'tumbling_by_clock',
    'sink.flush-buffer.timeout' = '500',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601',
    'aws.region' = 'us-east-1',
    'aws.endpoint' = 'http://localhost:4568',
    'aws.credentials.basic.accesskeyid' = 'local',
    'aws.credentials.basic.secretkey' = 'local'
);

CREATE TABLE sliding_by_clock (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3))
PARTITIONED BY (sensor_id)
WITH (
    'connector' = 'kinesis',
    'stream' = 'sliding_by_clock',
    'sink.flush-buffer.timeout' = '500',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601',
    'aws.region' = 'us-east-1',
    'aws.endpoint' = 'http://localhost:4568',
    'aws.credentials.basic.accesskeyid' = 'local',
    'aws.credentials.basic.secretkey' = 'local'
);

CREATE TABLE tumbling_by_event (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3))
PARTITIONED BY (sensor_id)
WITH (
    'connector' = 'kinesis',
    'stream' = 'tumbling_by_event',
    'sink.flush-buffer.timeout' = '500',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601',
    'aws.region' = 'us-east-1',
    'aws.endpoint' = 'http://localhost:4568',
    'aws.credentials.basic.accesskeyid' = 'local',
    'aws.credentials.basic.secretkey' = 'local'
);

CREATE TABLE sliding_by_event (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3))
PARTITIONED BY (sensor_id)
WITH (
    'connector' = 'kinesis',
    'stream' = 'sliding_by_event',
    'sink.flush-buffer.timeout' = '500',
    'format' = 'json',
    'json.timestamp-format.standard' = 'ISO-8601',
    'aws.region' = 'us-east-1',
    'aws.endpoint' = 'http://localhost:4568',
    'aws.credentials.basic.accesskeyid' = 'local',
    'aws.credentials.basic.secretkey' = 'local'
);

INSERT INTO sensor_readings (sensor_id, temperature, humidity, event_time) SELECT * FROM sensors;

EXECUTE STATEMENT SET
BEGIN
    INSERT INTO tumbling_by_clock
    SELECT sensor_id, AVG(temperature), TUMBLE_END(proc_time, INTERVAL '10' SECOND)
    FROM sensor_readings
    GROUP BY TUMBLE(proc_time, INTERVAL '10' SECOND), sensor_id;

    INSERT INTO sliding_by_clock
    SELECT sensor_id, AVG(temperature), window_end
    FROM TABLE(HOP(TABLE sensor_readings, DESCRIPTOR(proc_time), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
    GROUP BY sensor_id, window_start, window_end;

    INSERT INTO tumbling_by_event
    SELECT sensor_id, AVG(temperature), TUMBLE_END(event_time, INTERVAL '10' SECOND)
    FROM sensor_readings
    GROUP BY TUMBLE(event_time, INTERVAL '10' SECOND), sensor_id;

    INSERT INTO sliding_by_event
    SELECT sensor_id, AVG(temperature), window_end
    FROM TABLE(HOP(TABLE sensor_readings, DESCRIPTOR(event_time), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
    GROUP BY sensor_id, window_start, window_end;
END;
