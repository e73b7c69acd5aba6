SELECT * FROM by_sensor;
