import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/** One node on loopback, on ports that the system chooses, with the plugins on the class path. */
public final class Server extends Node {
    private static final List<String> PLUGINS = List.of(
            "org.opensearch.transport.Netty4ModulePlugin",
            "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
            "org.opensearch.painless.PainlessModulePlugin",
            "org.opensearch.script.mustache.MustacheModulePlugin",
            "org.opensearch.knn.plugin.KNNPlugin",
            "RetentionLeases");

    private Server(Environment environment, List<PluginInfo> plugins) {
        super(environment, plugins, false);
    }

    /** Arguments: an empty folder for data; the file to which the port is written once the node answers. */
    public static void main(String[] arguments) throws Exception {
        Settings settings = Settings.builder()
                .put("path.home", arguments[0])
                .put("cluster.name", "clausewatch-tests")
                .put("node.name", "one")
                .put("discovery.type", "single-node")
                .put("network.host", "127.0.0.1")
                .put("http.port", "0")
                .put("transport.port", "0")
                .put("http.type", "netty4")
                .put("transport.type", "netty4")
                .put("node.processors", 2)
                .put("cluster.routing.allocation.disk.threshold_enabled", false)
                .build();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "one");
        List<PluginInfo> plugins = PLUGINS.stream().map(Server::plugin).toList();
        Server server = new Server(environment, plugins);
        server.start();
        InetSocketAddress address = server.injector().getInstance(HttpServerTransport.class)
                .boundAddress().publishAddress().address();
        Path draft = Path.of(arguments[1] + ".new");
        Files.writeString(draft, Integer.toString(address.getPort()));
        Files.move(draft, Path.of(arguments[1]));
        // The tests keep the other end of the standard input; when they are gone, so is the server.
        while (System.in.read() >= 0) {
            continue;
        }
        Runtime.getRuntime().halt(0);
    }

    private static PluginInfo plugin(String name) {
        return new PluginInfo(
                name, "for tests", "3.5.0", Version.CURRENT, "21", name, null, List.of(), false);
    }
}
