SELECT 4711 + number AS id, rand() AS v FROM numbers(1000);
