/* SPDX-License-Identifier: Apache-2.0 */
/* FlinkPeer.java -- runs SQL scripts on an Apache Flink cluster within this JVM.
 *
 *     java … FlinkPeer FILE     runs one script, prints the rows of its queries, ends
 *     java … FlinkPeer          reads names of scripts from standard input, one a line, and answers each with one line:
 *                               DONE <CPU seconds> <wall seconds>   or   FAIL <reason>
 *
 * One file is run as a program runs it that does not know of a cluster. When there are several, a cluster is started first
 * and takes all the jobs, as a session cluster does: a job then costs less to start.
 *
 * Statements of a script are separated by an empty line, for a statement set has semicolons within. The CPU time is that
 * of the whole process (user and system; collector, compiler and all) while the script runs; what is left of the cost of a
 * start falls away when two sizes of a job are compared, which is up to who asks.
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
            for (String script; (script = requests.readLine()) != null;)
                System.out.println(answer(Path.of(script), settings));
        }
        System.exit(0); // threads of the cluster need not wind down
    }

    private static String answer(Path script, Configuration settings) {
        System.gc(); // the heap of the job before is not this one's to clear
        long cpu = PROCESS.getProcessCpuTime(), wall = System.nanoTime();
        try {
            run(script, settings);
        } catch (Exception e) {
            Throwable cause = e;
            while (cause.getCause() != null) cause = cause.getCause();
            return "FAIL " + String.valueOf(cause).replaceAll("\\s+", " ");
        }
        return "DONE " + (PROCESS.getProcessCpuTime() - cpu) / 1e9 + " " + (System.nanoTime() - wall) / 1e9;
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
            "heartbeat.timeout", "600000"));
    }
}
