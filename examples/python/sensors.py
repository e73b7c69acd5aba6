# SPDX-License-Identifier: Apache-2.0
"""Average temperatures of sensors, four ways, as a PyFlink program: examples/sensors.sql, as it would run as a managed
application on AWS. Tumbling windows of 10 s and sliding ones of 10 s every 2 s, each by the clock and by the time in
the reading, in one job.

    python -m flott examples/python/sensors.py                      from here, with application_properties.json
    python -m flott examples/python/sensors.py PROPERTIES.json      with properties of your own
    python examples/python/sensors.py                               the same program on PyFlink

What is read and what is written is a matter of the properties: application_properties_kinesis.json takes streams of
Kinesis. First results come after about 10 s; Ctrl-C ends it.
"""
import json
import os
import sys

from pyflink.table import EnvironmentSettings, TableEnvironment

HERE = os.path.dirname(os.path.realpath(__file__))
MANAGED = "/etc/flink/application_properties.json"  # where a managed application finds its properties


def read_properties(path):
    """The groups of properties: group id -> a dict of texts."""
    with open(path) as f:
        return {group["PropertyGroupId"]: group["PropertyMap"] for group in json.load(f)}


def connector_options(properties, stream):
    """The WITH options of a table. stream: the name of its stream, or what marks its printed lines."""
    connector = properties["connector"]
    if connector == "datagen":
        options = {"connector": "datagen", "rows-per-second": properties.get("rows.per.second", "100"),
                   "fields.sensor_id.min": "10", "fields.sensor_id.max": "20",
                   "fields.temperature.min": "0", "fields.temperature.max": "100",
                   "fields.humidity.min": "30", "fields.humidity.max": "90",
                   "fields.event_time.max-past": "500 ms"}
        if "rows" in properties:
            options["number-of-rows"] = properties["rows"]
    elif connector == "kinesis":
        options = {"connector": "kinesis", "stream": stream, "format": "json", "json.timestamp-format.standard": "ISO-8601"}
        options.update((key, value) for key, value in properties.items() if key.startswith("aws."))
        if "flink.stream.initpos" in properties:
            options["scan.stream.initpos"] = properties["flink.stream.initpos"]
    elif connector == "print":
        options = {"connector": "print", "print-identifier": stream}
    else:
        raise ValueError(f"connector '{connector}' in the properties is none of datagen, kinesis, print")
    return ", ".join(f"'{key}' = '{value}'" for key, value in options.items())


def create_source(name, properties):
    """The table of readings: an id, what was measured, and when, in two times."""
    return f"""
        CREATE TABLE {name} (
            sensor_id   INT,
            temperature NUMERIC(6, 2),
            humidity    NUMERIC(6, 2),
            event_time  TIMESTAMP(3),
            proc_time   AS PROCTIME(),
            WATERMARK FOR event_time AS event_time - INTERVAL '2' SECOND
        ) WITH ({connector_options(properties, properties.get("input.stream.name"))})"""


def create_sink(name, properties):
    """A table of averages, on a stream of its own."""
    kinesis = properties["connector"] == "kinesis"
    stream = f"{properties['output.stream.name']}-{name.replace('_', '-')}" if kinesis else name.replace("_", " ")
    return f"""
        CREATE TABLE {name} (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3))
        {"PARTITIONED BY (sensor_id)" if kinesis else ""}
        WITH ({connector_options(properties, stream)})"""


def insert_averages(sink, source, window, time, lengths):
    """The INSERT of one kind of window: window is TUMBLE or HOP, over a time attribute."""
    lengths = ", ".join(f"INTERVAL '{seconds}' SECOND" for seconds in lengths)
    return f"""
        INSERT INTO {sink}
        SELECT sensor_id, AVG(temperature), {window}_END({time}, {lengths})
        FROM {source}
        GROUP BY {window}({time}, {lengths}), sensor_id"""


def main():
    managed = os.path.isfile(MANAGED)
    local = MANAGED if managed else os.path.join(HERE, "application_properties.json")
    properties = read_properties(sys.argv[1] if len(sys.argv) > 1 else local)
    readings, averages = properties["consumer.config.0"], properties["producer.config.0"]

    table_env = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    table_env.get_config().get_configuration().set_string("parallelism.default", "1")
    if not managed:
        jar = os.path.join(HERE, properties["kinesis.analytics.flink.run.options"]["jarfile"])
        table_env.get_config().get_configuration().set_string("pipeline.jars", f"file://{jar}")

    table_env.execute_sql(create_source("sensor_readings", readings))
    statements = table_env.create_statement_set()
    for sink, window, time, lengths in [
        ("tumbling_by_clock", "TUMBLE", "proc_time", [10]),
        ("sliding_by_clock", "HOP", "proc_time", [2, 10]),
        ("tumbling_by_event", "TUMBLE", "event_time", [10]),
        ("sliding_by_event", "HOP", "event_time", [2, 10]),
    ]:
        table_env.execute_sql(create_sink(sink, averages))
        statements.add_insert_sql(insert_averages(sink, "sensor_readings", window, time, lengths))
    statements.execute().wait()


if __name__ == "__main__":
    main()
