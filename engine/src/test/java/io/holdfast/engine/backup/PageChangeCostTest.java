package io.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.holdfast.base.Secret;
import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.restore.Restore;
import io.holdfast.engine.restore.RestoreRequest;
import io.holdfast.engine.restore.TargetRequest;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.testing.TestServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/// What a backup stores after some pages of a table changed at random, all metadata included,
/// against the compressed size of what changed.
///
/// Stored: bytes that the repository grew by, without `wal/`, which holds the WAL of the backup and
/// is stated apart. Changed: both backups are restored and compared block by block of 8 KiB, over
/// all files of the cluster; each block that differs is compressed by itself with zstd at the level
/// of the product. The table's rows are hashes, so they do not compress.
class PageChangeCostTest {
  private static final int PAGE_BYTES = 8192;
  private static final int ZSTD_LEVEL = 1;
  private static final int ROWS_PER_PAGE = 7;
  private static final double FACTOR_MAX = 1.5;

  @TempDir private Path directory = Path.of("");

  /// What one backup cost.
  private record Cost(long changedPages, long changed, long stored, long wal) {
    double factor() {
      return (double) stored / changed;
    }

    @Override
    public String toString() {
      return "%d pages changed, %d bytes compressed; stored %d, %.2f times; WAL %d"
          .formatted(changedPages, changed, stored, factor(), wal);
    }
  }

  /// 64 MiB and, when thorough, 1 GiB: fixed costs weigh more on small databases.
  @Test
  void storedBytesFollowChangedPages(TestReporter reporter) throws Exception {
    measure(64, reporter);
    if (Seeds.thorough()) {
      measure(1024, reporter);
    }
  }

  private void measure(int mebibytes, TestReporter reporter) throws IOException {
    int pages = mebibytes * (1 << 20) / PAGE_BYTES;
    Path place = Files.createDirectory(directory.resolve(mebibytes + "MiB"));
    try (TestServer server =
        TestServer.start(15, Map.of("max_wal_senders", "4", "autovacuum", "off"))) {
      server.sql(
          "CREATE TABLE t (n int, v bytea) WITH (fillfactor = 85)",
          "ALTER TABLE t ALTER v SET STORAGE PLAIN",
          "INSERT INTO t SELECT n, (SELECT string_agg(decode(md5(n || '/' || i), 'hex'), ''::bytea)"
              + " FROM generate_series(1, 56) i) FROM generate_series(1, "
              + (long) pages * ROWS_PER_PAGE
              + ") n",
          "VACUUM (FREEZE, ANALYZE) t");
      Settings settings =
          TestEngine.settings(
              place.resolve("repository"),
              Optional.of(
                  new Secret(
                      "postgresql://postgres@127.0.0.1:"
                          + server.port()
                          + "/postgres?sslmode=disable")));
      try (OpenRepository repository =
          new RepositoryAccess(TestEngine.context()).init(settings).repository()) {
        backUp(repository, settings, BackupRequest.Type.FULL);
        for (int perMille : List.of(1, 10)) {
          change(server, pages, Math.max(1, pages * perMille / 1000), perMille);
          Cost cost = cost(place, repository, settings);
          reporter.publishEntry(mebibytes + " MiB, " + perMille + " per mille", cost.toString());
          assertThat(cost.changedPages())
              .as("the chosen pages changed")
              .isGreaterThanOrEqualTo(pages * perMille / 1000);
          assertThat(cost.factor())
              .as("%s MiB, %s per mille changed: %s", mebibytes, perMille, cost)
              .isLessThanOrEqualTo(FACTOR_MAX);
        }
      }
    }
  }

  private static void change(TestServer server, int pages, int count, long seed) {
    SplittableRandom random = Seeds.random(seed);
    TreeSet<Integer> chosen = new TreeSet<>();
    while (chosen.size() < count) {
      chosen.add(random.nextInt(pages));
    }
    String rows =
        chosen.stream()
            .map(page -> Long.toString((long) page * ROWS_PER_PAGE + 3))
            .collect(Collectors.joining(","));
    server.sql(
        "UPDATE t SET v = set_byte(v, 0, (get_byte(v, 0) + 1) % 256) WHERE n IN (" + rows + ")",
        "CHECKPOINT");
  }

  private static Cost cost(Path place, OpenRepository repository, Settings settings)
      throws IOException {
    Path root = place.resolve("repository");
    Path wal = root.resolve("wal");
    long before = bytes(root);
    long walBefore = bytes(wal);
    Path old = restored(repository, place.resolve("before"));
    backUp(repository, settings, BackupRequest.Type.INCREMENTAL);
    Path now = restored(repository, place.resolve("after"));
    long walStored = bytes(wal) - walBefore;
    long[] changed = changed(old, now);
    delete(old);
    delete(now);
    return new Cost(changed[0], changed[1], bytes(root) - before - walStored, walStored);
  }

  private static Path restored(OpenRepository repository, Path to) {
    Restore restore = new Restore(TestEngine.context(), repository);
    return restore
        .execute(
            restore.plan(
                new RestoreRequest(
                    "latest",
                    "main",
                    to,
                    new TargetRequest.Immediate(),
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    Optional.empty())))
        .plan()
        .to();
  }

  /// How many blocks differ, and their compressed size.
  private static long[] changed(Path before, Path after) throws IOException {
    long[] result = new long[2];
    try (Stream<Path> tree = Files.walk(after)) {
      for (Path path : tree.filter(Files::isRegularFile).toList()) {
        Path relative = after.relativize(path);
        if (relative.startsWith("holdfast_wal") || relative.toString().endsWith(".conf")) {
          continue;
        }
        compare(before.resolve(relative.toString()), path, result);
      }
    }
    return result;
  }

  private static void compare(Path before, Path after, long[] result) throws IOException {
    try (InputStream earlier = open(before);
        InputStream later = open(after)) {
      byte[] now = later.readNBytes(PAGE_BYTES);
      while (now.length > 0) {
        if (!Arrays.equals(now, earlier.readNBytes(now.length))) {
          result[0]++;
          result[1] += Zstd.compress(now, ZSTD_LEVEL).length;
        }
        now = later.readNBytes(PAGE_BYTES);
      }
    }
  }

  private static InputStream open(Path file) throws IOException {
    return Files.exists(file)
        ? new BufferedInputStream(Files.newInputStream(file), 1 << 20)
        : InputStream.nullInputStream();
  }

  private static void backUp(
      OpenRepository repository, Settings settings, BackupRequest.Type type) {
    BackupReport report =
        new PhysicalBackup(TestEngine.context(), repository)
            .run(settings, new BackupRequest(type, BackupRequest.Checkpoint.FAST));
    assertThat(report.backup().record().type()).isEqualTo(type.word());
  }

  private static long bytes(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      long sum = 0;
      for (Path path : tree.filter(Files::isRegularFile).toList()) {
        sum += Files.size(path);
      }
      return sum;
    }
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
