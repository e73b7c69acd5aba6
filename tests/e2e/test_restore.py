#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Jobs that are stopped, that fail, and that go on from their checkpoints, also when the newest one is damaged."""
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import flott

ROWS, RATE = 24_000, 40_000


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        time.sleep(0.002)


class Restore(flott.Case):
    @classmethod
    def setUpClass(cls):
        case = cls("expected")
        cls.lines = flott.Case.expected(case, ROWS, "datagen")

    def begin(self, *args, rows=ROWS, **more):
        """Starts a job whose checkpoints are many; gives the process and the command line."""
        sql = flott.script("datagen", self.dir, rows, rate=RATE)
        options = [*flott.settings(**more), *args]
        return flott.start(self.dir, sql, *options), sql, options

    def stop_after(self, n, signum, process):
        wait_for(lambda: max(flott.checkpoints(self.checkpoints), default=0) >= n or process.poll() is not None)
        process.send_signal(signum)
        _, err = process.communicate(timeout=60)
        return process.returncode, err

    def resume(self, sql, options, path=None, folder=None):
        return flott.run(folder or self.dir, sql, *options, "--restore", path or self.checkpoints)


class Stops(Restore):
    def stop_and_resume(self, signum, code, **more):
        process, sql, options = self.begin(**more)
        got, err = self.stop_after(3, signum, process)
        self.assertEqual(got, code, err)
        stopped = flott.lines(self.dir)
        self.assertGreater(sum(stopped.values()), 0, "a stop makes visible what has been written")
        self.assertFalse(stopped - self.lines)
        self.assertNotEqual(stopped, self.lines, "the job was to be stopped before its end")
        got, _, err = self.resume(sql, options)
        self.assertEqual(got, 0, err)
        self.assert_lines(self.lines)

    def test_sigterm_takes_a_last_checkpoint(self):
        self.stop_and_resume(signal.SIGTERM, 143)

    def test_sigint_takes_a_last_checkpoint(self):
        self.stop_and_resume(signal.SIGINT, 130, parallelism=2)

    def test_a_stop_long_before_the_first_checkpoint_takes_one(self):
        process, sql, options = self.begin(interval="1 h")
        time.sleep(0.25)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143, err)
        self.assertEqual(flott.checkpoints(self.checkpoints), [1])
        got, _, err = self.resume(sql, options)
        self.assertEqual(got, 0, err)
        self.assert_lines(self.lines)

    def test_another_parallelism_goes_on(self):
        process, sql, options = self.begin(parallelism=2)
        self.stop_after(3, signal.SIGKILL, process)
        got, _, err = self.resume(sql, [*options, "-D", "parallelism.default=1"])
        self.assertEqual(got, 0, err)
        self.assert_lines(self.lines)

    def test_a_finished_job_restored_changes_nothing(self):
        process, sql, options = self.begin()
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        self.assert_lines(self.lines)
        got, _, err = self.resume(sql, options)
        self.assertEqual(got, 0, err)
        self.assert_lines(self.lines)

    def test_checkpoints_that_nobody_asks_for_are_mentioned(self):
        process, sql, options = self.begin()
        self.stop_after(2, signal.SIGTERM, process)
        process = flott.start(self.dir, sql, *options)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        self.assertIn("holds checkpoints of an earlier run", err)
        self.assertIn("--restore flott-checkpoints/job", err)

    def test_two_checkpoints_are_kept_at_least(self):
        process, _, _ = self.begin(execution_checkpointing_num__retained=1)
        fewest = 99
        wait_for(lambda: len(flott.checkpoints(self.checkpoints)) >= 2)
        while process.poll() is None:
            ids = flott.checkpoints(self.checkpoints)
            whole = [i for i in ids if os.path.exists(f"{self.checkpoints}/chk-{i}/manifest")]
            if ids == flott.checkpoints(self.checkpoints):
                fewest = min(fewest, len(whole))
        process.communicate()
        self.assertEqual(fewest, 2)
        self.assertEqual(len(flott.checkpoints(self.checkpoints)), 2)

    def test_more_are_kept_if_asked_for(self):
        process, _, _ = self.begin(execution_checkpointing_num__retained=4)
        process.communicate(timeout=60)
        self.assertEqual(len(flott.checkpoints(self.checkpoints)), 4)


class Failures(Restore):
    """A limit on the size of files is a disk that fails, and that can be mended."""

    def begin_on_bad_disk(self, **more):
        sql = flott.script("datagen", self.dir, ROWS, rate=RATE // 4)  # on a busy machine, too, it has checkpoints by its end
        options = flott.settings(**more)
        process = subprocess.Popen([flott.FLOTT, "run", *options, sql], cwd=self.dir, text=True, restore_signals=False,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_for(lambda: max(flott.checkpoints(self.checkpoints), default=0) >= 3)
        hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, hard))
        return process, sql, options, hard

    def test_a_failed_job_is_restarted_from_its_last_checkpoint(self):
        process, _, _, hard = self.begin_on_bad_disk(**{"restart__strategy_type": "fixed-delay",
                                                        "restart__strategy_fixed__delay_attempts": 1000,
                                                        "restart__strategy_fixed__delay_delay": "10 ms"})
        time.sleep(0.15)
        self.assertIsNone(process.poll())
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("restarted in 10 ms from the last checkpoint", err)
        self.assertIn("File too large", err)
        self.assert_lines(self.lines)

    def test_a_job_without_restarts_fails_and_goes_on_when_asked_to(self):
        process, sql, options, _ = self.begin_on_bad_disk(**{"restart__strategy_type": "none"})
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, err)
        self.assertIn("File too large", err)
        got, _, err = self.resume(sql, options)
        self.assertEqual(got, 0, err)
        self.assert_lines(self.lines)

    def test_attempts_are_counted(self):
        process, _, _, _ = self.begin_on_bad_disk(**{"restart__strategy_type": "fixed-delay",
                                                     "restart__strategy_fixed__delay_attempts": 2,
                                                     "restart__strategy_fixed__delay_delay": "150 ms"})
        began = time.monotonic()
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, err)
        self.assertIn("is restarted in 150 ms", err)
        self.assertGreater(time.monotonic() - began, 0.3)


def flip(path, at):
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)[0]
        f.seek(at)
        f.write(bytes([byte ^ 0x10]))


def damages(checkpoint):
    """What may befall a checkpoint: a name, and what does it to the folder."""
    names = sorted(os.listdir(checkpoint))
    for name in names:
        size = os.path.getsize(os.path.join(checkpoint, name))
        for part, at in (("first", 0), ("middle", size // 2), ("last", size - 1)):
            yield f"{part} byte of {name} changed", name, lambda p, at=at: flip(p, at)
        for length in (0, size // 2, size - 1):
            yield f"{name} cut to {length}", name, lambda p, n=length: os.truncate(p, n)
        yield f"{name} longer", name, lambda p, n=size: os.truncate(p, n + 8)
        yield f"{name} missing", name, os.remove


class Damage(Restore):
    def setUp(self):
        super().setUp()
        process, self.sql, self.options = self.begin(parallelism=2)
        self.stop_after(8, signal.SIGKILL, process)
        self.newest = flott.checkpoints(self.checkpoints)[-1]

    def copied(self, folder):
        """The same job in another folder, as it stood when it was killed."""
        there = os.path.join(folder, "copy")
        shutil.copytree(self.dir, there)
        sql = os.path.join(there, "job.sql")
        with open(sql, encoding="utf-8") as f:
            text = f.read().replace(self.dir, there)
        with open(sql, "w", encoding="utf-8") as f:
            f.write(text)
        return there, sql, os.path.join(there, "flott-checkpoints", "job")

    def test_a_damaged_newest_checkpoint_is_named_and_the_one_before_taken(self):
        cases = list(damages(f"{self.checkpoints}/chk-{self.newest}"))
        self.assertGreater(len(cases), 20)
        resumed = set()
        for what, name, damage in cases:
            with self.subTest(what), tempfile.TemporaryDirectory(prefix="flott-e2e-") as folder:
                there, sql, saved = self.copied(folder)
                newest = f"{saved}/chk-{self.newest}"
                damage(f"{newest}/{name}")
                code, _, err = self.resume(sql, self.options, newest, there)
                self.assertEqual(code, 1, err)
                self.assertIn(f"checkpoint '{newest}' is damaged", err)
                self.assertIn(name, err)
                kind = what.replace(name, name[:4])
                if kind in resumed and name != "manifest":
                    continue  # one file of states is like the other; a whole run takes its time
                resumed.add(kind)
                code, _, err = self.resume(sql, self.options, saved, there)
                self.assertEqual(code, 0, err)
                self.assertIn(f"checkpoint '{newest}' is damaged", err)
                self.assertIn("an older one is tried", err)
                self.assert_lines(self.lines, there)

    def test_if_all_are_damaged_nothing_starts(self):
        ids = flott.checkpoints(self.checkpoints)
        self.assertGreaterEqual(len(ids), 2)
        for i in ids:  # one that was being deleted has no manifest any more
            with open(f"{self.checkpoints}/chk-{i}/manifest", "w", encoding="utf-8") as f:
                f.write("flott chec")
        before = flott.lines(self.dir)
        code, _, err = self.resume(self.sql, self.options)
        self.assertEqual(code, 1, err)
        for i in ids:
            self.assertIn(f"chk-{i}'", err)
        self.assertEqual(flott.lines(self.dir), before)

    def test_a_place_without_checkpoints_is_refused(self):
        for place in ("nowhere", "out"):
            code, _, err = self.resume(self.sql, self.options, place)
            self.assertEqual(code, 1, err)
            self.assertIn(f"'{place}'", err)

    def test_a_checkpoint_of_another_query_is_refused(self):
        with open(self.sql, encoding="utf-8") as f:
            text = f.read().replace("MOD(id, 7)", "MOD(id, 5)")
        with open(self.sql, "w", encoding="utf-8") as f:
            f.write(text)
        code, _, err = self.resume(self.sql, self.options)
        self.assertEqual(code, 1, err)
        self.assertIn("was taken by another query", err)


if __name__ == "__main__":
    unittest.main()
