package io.holdfast.server.backup;

import io.holdfast.engine.api.Holdfast;
import io.holdfast.server.source.Sources;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at every repository, so that backups that commands and other hosts made or forgot are
/// known here.
public final class BackupSync {
  private static final Logger LOG = LoggerFactory.getLogger(BackupSync.class);

  private final Sources sources;
  private final BackupIndex index;

  public BackupSync(Sources sources, BackupIndex index) {
    this.sources = sources;
    this.index = index;
  }

  /// One that cannot be reached hides no other.
  public void look() {
    Map<String, Holdfast> repositories = new HashMap<>();
    for (String source : sources.names()) {
      Holdfast holdfast = sources.require(source);
      repositories.putIfAbsent(holdfast.settings().repository(), holdfast);
    }
    repositories.forEach(
        (place, holdfast) -> {
          try {
            index.bringUpToDate(holdfast);
          } catch (RuntimeException e) {
            LOG.warn("the backups of {} cannot be listed: {}", place, e.toString());
          }
        });
  }
}
