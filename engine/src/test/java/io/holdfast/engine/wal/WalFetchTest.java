package io.holdfast.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Segments of 1 MiB: the first is stored in two ranges, of the second only the beginning.
class WalFetchTest {
  private static final int SEGMENT = 1 << 20;
  private static final int HALF = SEGMENT / 2;
  private static final String FIRST = "000000010000000000000001";
  private static final String SECOND = "000000010000000000000002";

  @TempDir private Path directory = Path.of("");
  private final byte[] wal = Seeds.entropy(1).bytes(SEGMENT + 100);

  @Test
  void bringsASegmentOfSeveralRangesAndFillsTheLastWithZeros() throws IOException {
    with(
        (fetch, settings) -> {
          assertThat(fetch.fetch(settings, FIRST, out())).isEqualTo(WalFetch.Outcome.FETCHED);
          assertThat(Files.readAllBytes(out())).isEqualTo(Arrays.copyOf(wal, SEGMENT));
          assertThat(fetch.fetch(settings, SECOND, out())).isEqualTo(WalFetch.Outcome.FETCHED);
          byte[] last = Arrays.copyOf(Arrays.copyOfRange(wal, SEGMENT, wal.length), SEGMENT);
          assertThat(Files.readAllBytes(out())).isEqualTo(last);
          assertThat(fetch.fetch(settings, "000000010000000000000003", out()))
              .isEqualTo(WalFetch.Outcome.ABSENT);
        });
  }

  @Test
  void leavesNothingOfASegmentWhoseEndIsDamaged() throws IOException {
    with(
        (fetch, settings) -> {
          damage("%016x-%016x".formatted(SEGMENT + HALF, 2 * SEGMENT));
          assertThatThrownBy(() -> fetch.fetch(settings, FIRST, out()))
              .isInstanceOfSatisfying(
                  BackupException.class,
                  e -> assertThat(e.code().kind()).isEqualTo(ErrorKind.CORRUPTION));
          try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(directory.resolve("repository"));
          }
        });
  }

  @Test
  void saysThatWalIsMissingInTheMiddleAndWritesNothing() throws IOException {
    with(
        (fetch, settings) -> {
          Files.delete(object("%016x-%016x".formatted(SEGMENT, SEGMENT + HALF)));
          assertThatThrownBy(() -> fetch.fetch(settings, FIRST, out()))
              .isInstanceOfSatisfying(
                  BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WAL_GAP));
          assertThat(out()).doesNotExist();
        });
  }

  /// An answer about the wrong cluster could end a recovery early.
  @Test
  void asksTheDataDirectoryWhichClusterIsMeantAndNeverGuesses() throws Exception {
    try (TestServer server = TestServer.start(15, Map.of())) {
      Path wanted = server.data().resolve("pg_wal/RECOVERYXLOG");
      with(
          (fetch, settings) -> {
            refused(ErrorCode.DIFFERENT_CLUSTER, () -> fetch.fetch(settings, FIRST, wanted));
            try (OpenRepository again = new RepositoryAccess(TestEngine.context()).open(settings)) {
              long id = ControlFile.read(server.data()).systemIdentifier();
              put(SourceWal.open(again.repository(), "main", id, SEGMENT), 0, SEGMENT);
            }
            refused(ErrorCode.BAD_ARGUMENT, () -> fetch.fetch(settings, SECOND, out()));
            assertThat(fetch.fetch(settings, FIRST, wanted)).isEqualTo(WalFetch.Outcome.FETCHED);
            assertThat(fetch.fetch(settings, SECOND, wanted)).isEqualTo(WalFetch.Outcome.ABSENT);
          });
    }
  }

  private static void refused(ErrorCode code, ThrowingCallable fetch) {
    assertThatThrownBy(fetch)
        .isInstanceOfSatisfying(BackupException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @FunctionalInterface
  private interface Body {
    void run(WalFetch fetch, Settings settings) throws IOException;
  }

  private void with(Body body) throws IOException {
    Settings settings = TestEngine.settings(directory.resolve("repository"));
    try (OpenRepository repository =
        new RepositoryAccess(TestEngine.context()).init(settings).repository()) {
      WalArchive archive = SourceWal.open(repository.repository(), "main", 7, SEGMENT);
      put(archive, 0, HALF);
      put(archive, HALF, SEGMENT);
      put(archive, SEGMENT, wal.length);
      body.run(new WalFetch(TestEngine.context(), repository), settings);
    }
  }

  private void put(WalArchive archive, int from, int to) throws IOException {
    WalRange range = new WalRange(1, (long) SEGMENT + from, (long) SEGMENT + to);
    archive.put(range, wal, from, to - from, new byte[0]);
  }

  private void damage(String name) throws IOException {
    Path object = object(name);
    byte[] bytes = Files.readAllBytes(object);
    bytes[bytes.length - 1] ^= 1;
    Files.setPosixFilePermissions(object, PosixFilePermissions.fromString("rw-------"));
    Files.write(object, bytes);
  }

  private Path object(String name) throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("repository/wal"))) {
      return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
    }
  }

  private Path out() {
    return directory.resolve("out");
  }
}
