package io.holdfast.server.backup;

import io.holdfast.base.concurrent.Task;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.server.source.Sources;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at every repository at the start and then again and again, so that backups that commands
/// and other hosts made or forgot are known here.
public final class BackupSync implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BackupSync.class);
  private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

  private final Sources sources;
  private final BackupIndex index;
  private final Duration every;
  private final Semaphore stop = new Semaphore(0);
  private Optional<Task> looking = Optional.empty();

  public BackupSync(Sources sources, BackupIndex index, Duration every) {
    this.sources = sources;
    this.index = index;
    this.every = every;
  }

  public void start() {
    looking = Optional.of(Task.start("backup-sync", this::look));
  }

  private void look() {
    try {
      do {
        lookOnce();
      } while (!stop.tryAcquire(every.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// One that cannot be reached hides no other.
  private void lookOnce() {
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

  @Override
  public void close() {
    stop.release();
    try {
      if (looking.isPresent()) {
        boolean _ = looking.get().join(STOP_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
