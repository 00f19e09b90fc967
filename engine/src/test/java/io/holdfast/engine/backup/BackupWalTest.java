package io.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.Progress;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.postgres.wire.ReplicationConnection.SlotLife;
import io.holdfast.repository.wal.WalArchive;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A stream that uses the slot of the source and stores somewhere else, as one that feeds a second
/// repository does.
@Timeout(120)
class BackupWalTest {
  private static final int SEGMENT_BYTES = 16 << 20;

  @TempDir private Path directory = Path.of("");

  @Test
  void aStreamThatStoresNothingHereIsNotWaitedForLong() throws Exception {
    SettableClock clock = new SettableClock(Instant.parse("2026-01-01T00:00:00Z"));
    List<Instant> notes = new ArrayList<>();
    Progress progress =
        new Progress() {
          @Override
          public void phase(String name, long totalBytes) {}

          @Override
          public void advance(long bytes) {}

          @Override
          public void note(String text) {
            assertThat(text).contains("stores its own WAL");
            notes.add(clock.instant());
          }
        };
    EngineContext context =
        new EngineContext(
            clock, Entropy.secure(), clock::advance, progress, new Cancellation(), Map.of());
    try (TestServer server =
            TestServer.start(TestPrograms.WITH_TOOLS, Map.of("max_wal_senders", "4"));
        OpenRepository opened =
            new RepositoryAccess(context)
                .init(TestEngine.settings(directory.resolve("repository")))
                .repository();
        ReplicationConnection connection =
            ReplicationConnection.openToStay(server.url(), "backup wal test")) {
      long cluster = connection.identifySystem().systemIdentifier();
      WalArchive archive = SourceWal.open(opened.repository(), "main", cluster, SEGMENT_BYTES);
      connection.createPhysicalSlot("test_backup_wal", SlotLife.TEMPORARY);
      Lsn start = Lsn.parse(server.value("SELECT pg_current_wal_lsn()"));
      server.sql("CREATE TABLE t AS SELECT n FROM generate_series(1, 10000) n");
      Lsn end = Lsn.parse(server.value("SELECT pg_current_wal_lsn()"));
      Instant before = clock.instant();
      try (BackupWal wal = new BackupWal(context, connection, archive, "test_backup_wal")) {
        wal.awaitOrStream(start, end, 1);

        wal.requireCovered(start, end, 1);
      }
      assertThat(notes).hasSize(1);
      assertThat(Duration.between(before, notes.getFirst()))
          .isBetween(Duration.ofSeconds(15), Duration.ofSeconds(18));
    }
  }
}
