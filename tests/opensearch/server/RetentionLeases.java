import java.util.List;
import org.opensearch.common.settings.Setting;
import org.opensearch.index.IndexService;
import org.opensearch.plugins.Plugin;

/**
 * Lets an index say how soon its deleted documents may be merged away.
 *
 * <p>A server keeps them for half a minute, and BM25 counts them as long. Tests that compare scores after a
 * change would each wait for that.
 */
public final class RetentionLeases extends Plugin {
    @Override
    public List<Setting<?>> getSettings() {
        return List.of(IndexService.RETENTION_LEASE_SYNC_INTERVAL_SETTING);
    }
}
