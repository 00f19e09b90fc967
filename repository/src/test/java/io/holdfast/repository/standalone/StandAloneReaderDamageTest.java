package io.holdfast.repository.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever is done to the objects of a repository, the reader ends with the bytes that were stored
/// or with one line that says what is damaged. It never hangs and never sets aside memory because a
/// length says so.
final class StandAloneReaderDamageTest {
  private static final int MUTATIONS_EACH = 40;
  private static final int TREES_EACH = 12;
  private static final int SEEDS_MAX = 50;
  private static final long MORE_BYTES_MAX = 48L << 20;
  private static final long HUGE = 1L << 30;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path scratch = Path.of("");
  private Path golden = Path.of("");
  private LoadedReader reader;
  private int runs;
  private long bytesOfACleanRun;
  private Map<String, byte[]> expected = Map.of();

  static LongStream seeds() {
    return Seeds.stream().limit(SEEDS_MAX);
  }

  @BeforeEach
  void readItWhole() throws Exception {
    reader = LoadedReader.compile(Files.createDirectory(scratch.resolve("classes")));
    golden =
        GoldenFiles.unpack(
            StandAloneReaderTest.GOLDEN, Files.createDirectory(scratch.resolve("golden")));
    bytesOfACleanRun = Long.MAX_VALUE / 2;
    Run warm = extract("second");
    assertThat(warm.ended.status()).isZero();
    warm.remove();
    Run clean = extract("second");
    bytesOfACleanRun = clean.allocated;
    expected = clean.files();
    clean.remove();
  }

  @AfterEach
  void close() throws Exception {
    reader.close();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void changedObjectsAreDamageOrMakeNoDifference(long seed) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    List<Path> objects = GoldenFiles.under(golden);
    int found = 0;
    for (int i = 0; i < MUTATIONS_EACH; i++) {
      Path object = objects.get(random.nextInt(objects.size()));
      byte[] before = Files.readAllBytes(object);
      String what = mutate(random, object, objects) + " " + golden.relativize(object);
      Run run = extract("second");
      boolean removedWhatMakesItOne =
          what.startsWith("deleted keys/slot") || what.startsWith("deleted format");
      if (removedWhatMakesItOne && run.ended.status() == 2) {
        found++;
      } else {
        run.requireWholeOrDamaged(what);
        found += run.ended.status() == 4 ? 1 : 0;
      }
      run.remove();
      Files.deleteIfExists(object);
      Files.write(object, before);
    }
    assertThat(found).as("mutations that were noticed").isGreaterThan(MUTATIONS_EACH / 4);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void treesThatSomebodyWithTheKeyMadeUpAreRefusedOrReadToTheirEnd(long seed) throws Exception {
    int refused = 0;
    for (String backup : hostileTrees(seed)) {
      Run run = extract(backup);
      boolean isNewer = run.ended.err().contains("newer version");
      assertThat(run.ended.status()).as(backup + run.ended).isIn(0, 3, isNewer ? 2 : 4);
      run.requireClearEnd(backup);
      refused += run.ended.status() == 0 ? 0 : 1;
      run.remove();
    }
    assertThat(refused).as("trees that were refused").isGreaterThan(TREES_EACH / 2);
    try (var all = Files.list(scratch)) {
      assertThat(all.map(path -> path.getFileName().toString())).containsOnly("classes", "golden");
    }
  }

  /// Backups whose tree differs from that of the golden one in one list, with all ids put right.
  private List<String> hostileTrees(long seed) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    List<String> names = new ArrayList<>();
    try (Repository repository = GoldenCluster.open(golden, 1_000 + seed);
        BackupSession session = repository.beginSession()) {
      StoredSnapshot second = repository.snapshots().getLast();
      ChunkId root = second.record().root("cluster");
      TreeLists lists = TreeLists.of(repository, root);
      for (int i = 0; i < TREES_EACH; i++) {
        ChunkId at = lists.all().get(random.nextInt(lists.all().size()));
        ChunkId id = lists.changed(session.chunks(), at, changed(random, lists.bytes(at)));
        names.add("hostile-" + i);
        session.commit(GoldenCluster.like(second.record(), names.getLast(), "physical", id));
      }
    }
    return names;
  }

  static byte[] changed(SplittableRandom random, byte[] bytes) {
    byte[] changed = bytes.clone();
    int at = random.nextInt(random.nextBoolean() ? changed.length : Math.min(64, changed.length));
    switch (random.nextInt(5)) {
      case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> changed[at] = (byte) random.nextInt(256);
      case 2 -> Arrays.fill(changed, at, Math.min(changed.length, at + 9), (byte) 0xff);
      case 3 -> {
        return Arrays.copyOf(changed, at + 1);
      }
      default -> {
        return Arrays.copyOf(changed, changed.length + 1 + random.nextInt(40));
      }
    }
    return changed;
  }

  /// Changes one object and says how.
  private static String mutate(SplittableRandom random, Path object, List<Path> objects)
      throws Exception {
    byte[] bytes = Files.readAllBytes(object);
    int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(64, bytes.length));
    switch (random.nextInt(9)) {
      case 0 -> {
        Files.delete(object);
        return "deleted";
      }
      case 1 -> {
        Files.write(object, Arrays.copyOf(bytes, at));
        return "cut at " + at;
      }
      case 2 -> {
        Files.write(object, Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(100)));
        return "longer";
      }
      case 3 -> {
        Path other = objects.get(random.nextInt(objects.size()));
        Files.write(object, Files.readAllBytes(other));
        return "exchanged";
      }
      case 4 -> {
        try (RandomAccessFile file = new RandomAccessFile(object.toFile(), "rw")) {
          file.setLength(HUGE);
        }
        return "huge";
      }
      case 5 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 8), (byte) 0xff);
      case 6 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 32), (byte) 0);
      default -> bytes[at] ^= (byte) (1 << random.nextInt(8));
    }
    Files.write(object, bytes);
    return "changed at " + at;
  }

  private Run extract(String backup) throws Exception {
    Path to = scratch.resolve("to" + runs++);
    long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId());
    LoadedReader.Ended ended =
        reader.run("extract", golden.toString(), backup, "--to", to.toString());
    long after = THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId());
    return new Run(to, ended, after - before);
  }

  /// One extraction.
  private final class Run {
    final Path to;
    final LoadedReader.Ended ended;
    final long allocated;

    Run(Path to, LoadedReader.Ended ended, long allocated) {
      this.to = to;
      this.ended = ended;
      this.allocated = allocated;
    }

    void requireWholeOrDamaged(String what) throws Exception {
      assertThat(ended.status()).as(what + ended).isIn(0, 4);
      requireClearEnd(what);
      if (!ended.err().contains("error: ")) {
        Map<String, byte[]> files = files();
        assertThat(files.keySet()).as(what).isEqualTo(expected.keySet());
        expected.forEach(
            (path, bytes) -> {
              if (!path.equals("data/tablespace_map")) {
                assertThat(files.get(path)).as(what + ": " + path).isEqualTo(bytes);
              }
            });
      }
    }

    /// Lines for people, at most one of them an error; then no server starts on what was written.
    void requireClearEnd(String what) {
      List<String> errors = ended.err().lines().filter(l -> !l.startsWith("warning: ")).toList();
      assertThat(errors).as(what).hasSizeLessThanOrEqualTo(1);
      if (!errors.isEmpty()) {
        assertThat(errors.getFirst()).as(what).startsWith("error: ");
        assertThat(ended.status()).as(what).isNotZero();
        assertThat(to.resolve("data/global/pg_control")).as(what).doesNotExist();
      }
      assertThat(allocated)
          .as(what + ": bytes allocated, with " + bytesOfACleanRun + " in a clean run")
          .isLessThan(bytesOfACleanRun + MORE_BYTES_MAX);
    }

    Map<String, byte[]> files() throws Exception {
      Map<String, byte[]> files = new HashMap<>();
      for (Path file : GoldenFiles.under(to)) {
        files.put(to.relativize(file).toString(), Files.readAllBytes(file));
      }
      return files;
    }

    void remove() throws Exception {
      if (Files.exists(to)) {
        try (var all = Files.walk(to)) {
          for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
            Files.delete(path);
          }
        }
      }
    }
  }
}
