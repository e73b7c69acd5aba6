/* SPDX-License-Identifier: Apache-2.0 */
/* FlinkPeer.java -- runs SQL scripts on an Apache Flink cluster within this JVM.
 *
 *     java … FlinkPeer FILE     runs one script, prints the rows of its queries, ends
 *     java … FlinkPeer          reads requests from standard input and answers each with one line:
 *                               <rows> <script>   →   DONE <rows> <CPU seconds> <wall seconds>   or   FAIL <reason>
 *
 * One file is run as a program runs it that does not know of a cluster. For requests a cluster is started first and takes
 * all the jobs, as a session cluster does.
 *
 * What is measured begins when a quarter of the rows has left the source and ends with the job: the answer has the rows that
 * were left then and the CPU time (user and system) of the whole process for them, collector and compiler included. So the
 * start of a job does not count. If the source was through before it was looked at, the rows are 0.
 *
 * Statements of a script are separated by an empty line, for a statement set has semicolons within.
 */
import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

public final class FlinkPeer {
    private static final OperatingSystemMXBean PROCESS =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final int LOOK_MS = 5;
    private static final int REST_MS = 100, RESTS_MAX = 50;
    private static final double IDLE_SHARE = 0.1; // of a core

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 1) {
            run(Path.of(arguments[0]), settings());
        } else {
            Configuration settings = settings();
            MiniCluster cluster = new MiniCluster(
                new MiniClusterConfiguration.Builder().setConfiguration(settings).setNumSlotsPerTaskManager(1).build());
            cluster.start();
            settings.set(DeploymentOptions.TARGET, "remote");
            settings.set(RestOptions.ADDRESS, cluster.getRestAddress().get().getHost());
            settings.set(RestOptions.PORT, cluster.getRestAddress().get().getPort());
            BufferedReader requests = new BufferedReader(new InputStreamReader(System.in));
            for (String request; (request = requests.readLine()) != null;) {
                String[] words = request.split(" ", 2);
                System.out.println(answer(Long.parseLong(words[0]), Path.of(words[1]), settings));
            }
        }
        System.exit(0); // threads of the cluster need not wind down
    }

    private static String answer(long rows, Path script, Configuration settings) throws Exception {
        settle();
        SourceProgress.reset();
        Watch watch = new Watch(rows / 4);
        watch.start();
        try {
            run(script, settings);
        } catch (Exception e) {
            Throwable cause = e;
            while (cause.getCause() != null) cause = cause.getCause();
            return "FAIL " + String.valueOf(cause).replaceAll("\\s+", " ");
        } finally {
            watch.interrupt();
            watch.join();
        }
        if (watch.cpuNs == 0) return "DONE 0 0 0";
        double cpu = (PROCESS.getProcessCpuTime() - watch.cpuNs) / 1e9, wall = (System.nanoTime() - watch.wallNs) / 1e9;
        return "DONE " + (rows - watch.rows) + " " + cpu + " " + wall;
    }

    /* The heap of the job before, and methods that wait for the compiler, are not the next job's to pay for. */
    private static void settle() throws InterruptedException {
        System.gc();
        long now = PROCESS.getProcessCpuTime(), before;
        int rests = 0;
        do {
            before = now;
            Thread.sleep(REST_MS);
            now = PROCESS.getProcessCpuTime();
        } while (now - before > IDLE_SHARE * REST_MS * 1e6 && ++rests < RESTS_MAX);
    }

    /** Notes where things stand when so many rows have left the source. */
    private static final class Watch extends Thread {
        private final long wanted;
        long rows, cpuNs, wallNs;

        Watch(long wanted) {
            this.wanted = wanted;
        }

        @Override
        public void run() {
            try {
                while ((rows = SourceProgress.rows()) < Math.max(wanted, 1)) Thread.sleep(LOOK_MS);
            } catch (InterruptedException e) {
                return; // the job has ended
            }
            cpuNs = PROCESS.getProcessCpuTime();
            wallNs = System.nanoTime();
        }
    }

    private static void run(Path script, Configuration settings) throws Exception {
        TableEnvironment tables = TableEnvironment.create(
            EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(settings).build());
        String text = Files.readString(script).replaceAll("(?m)^--.*", "");
        for (String part : text.split("\n\\s*\n")) {
            String statement = part.strip();
            if (statement.isEmpty()) continue;
            TableResult result = tables.executeSql(statement);
            if (!statement.startsWith("SELECT")) {
                result.await();
                continue;
            }
            try (CloseableIterator<Row> rows = result.collect()) {
                while (rows.hasNext()) System.out.println(rows.next());
            }
        }
    }

    private static Configuration settings() {
        return Configuration.fromMap(Map.of(
            "parallelism.default", "1",
            "pipeline.object-reuse", "true",
            "table.local-time-zone", "UTC",
            "restart-strategy.type", "none",
            "rest.port", "0",
            "heartbeat.timeout", "600000",
            "metrics.reporter.progress.factory.class", "SourceProgress"));
    }
}
