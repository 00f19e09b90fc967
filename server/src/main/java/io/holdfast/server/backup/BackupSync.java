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
  private final RepositoryLooks looks;

  public BackupSync(Sources sources, BackupIndex index, RepositoryLooks looks) {
    this.sources = sources;
    this.index = index;
    this.looks = looks;
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
            looks.seen(place, holdfast.id());
          } catch (RuntimeException e) {
            LOG.warn("the backups of {} cannot be listed: {}", place, e.toString());
            noteFailure(place, e);
          }
        });
  }

  private void noteFailure(String place, RuntimeException failure) {
    try {
      looks.failed(place, failure);
    } catch (RuntimeException e) {
      LOG.warn("the catalog does not take that {} cannot be seen: {}", place, e.toString());
    }
  }
}
