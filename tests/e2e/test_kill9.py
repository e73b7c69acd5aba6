#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`flott run` killed with SIGKILL again and again, at random moments, and restarted with --restore: in the end its files
hold what an undisturbed run writes, nothing lost and nothing doubled.

KILLS kills in all (default 100), dealt out over files and datagen as source and over parallelism 1 and 2. A job that
comes to its end is compared, and the next one begins. SEED repeats a run as far as a real clock allows."""
import os
import random
import signal
import sys
import tempfile
import time
import unittest

import flott

KILLS = int(os.environ.get("KILLS", "100"))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
LONGEST_LIFE = 0.30  # seconds
FILE_ROWS, GENERATED_ROWS, RATE = 400_000, 60_000, 30_000


class Kill9(flott.Case):
    def one_job(self, source, parallelism, draw, kills_left, expected):
        """Runs one job to its end; gives the number of kills that it took."""
        kills = stuck = 0
        with tempfile.TemporaryDirectory(prefix="flott-kill9-") as folder:
            rows = FILE_ROWS if source == "files" else GENERATED_ROWS
            if source == "files":
                flott.write_numbers(folder, rows)
            sql = flott.script(source, folder, rows, rate=RATE, roll=draw.choice(["128MB", "20kb"]))
            options = flott.settings(parallelism, interval=f"{draw.choice([20, 30, 50])} ms")
            saved = os.path.join(folder, "flott-checkpoints", "job")
            while True:
                newest = max(flott.checkpoints(saved), default=0)
                restore = ["--restore", saved] if newest else []
                process = flott.start(folder, sql, *options, *restore)
                if kills < kills_left:
                    time.sleep(draw.uniform(0, LONGEST_LIFE) * (1 + stuck // 5))
                    process.send_signal(signal.SIGKILL)
                _, err = process.communicate(timeout=120)
                if process.returncode != -signal.SIGKILL:
                    break
                kills += 1
                stuck = 0 if max(flott.checkpoints(saved), default=0) > newest else stuck + 1
            self.assertEqual(process.returncode, 0, err)
            self.assert_lines(expected, folder)
        return kills

    def test_nothing_is_lost_or_doubled(self):
        print(f"KILLS={KILLS} SEED={SEED}", file=sys.stderr)
        draw = random.Random(SEED)
        expected = {source: self.expected(rows, source) for source, rows in
                    (("files", FILE_ROWS), ("datagen", GENERATED_ROWS))}
        kills, jobs, share = 0, [], (KILLS + 3) // 4
        began = time.monotonic()
        while kills < KILLS:
            for source, parallelism in (("files", 1), ("datagen", 2), ("files", 2), ("datagen", 1)):
                with self.subTest(source=source, parallelism=parallelism, job=len(jobs)):
                    jobs.append(self.one_job(source, parallelism, draw, min(share, KILLS - kills), expected[source]))
                    kills += jobs[-1]
                if kills >= KILLS:
                    break
        print(f"{kills} kills of {len(jobs)} jobs in {time.monotonic() - began:.1f} s: {jobs}", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
