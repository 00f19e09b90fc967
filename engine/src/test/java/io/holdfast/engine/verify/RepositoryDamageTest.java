package io.holdfast.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.restore.Restore;
import io.holdfast.engine.restore.RestoreReport;
import io.holdfast.engine.restore.RestoreRequest;
import io.holdfast.engine.restore.TargetRequest;
import io.holdfast.engine.testing.SmallRepository;
import io.holdfast.engine.testing.TestEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// One flipped bit, truncation or deletion in a repository with two backups of a real server: it is
/// reported, or what is restored is byte for byte what is restored from the sound repository; and
/// where a restore fails, `verify --all` said so before. The seed chooses the kind of file first,
/// so that each kind is hit about as often.
class RepositoryDamageTest {
  private static final int SEEDS = 40;
  private static final int SEEDS_THOROUGH = 1_000;
  private static final Set<ErrorCode> REPORTS_BEYOND_CORRUPTION =
      Set.of(
          ErrorCode.KEY_WRONG,
          ErrorCode.BACKUP_NOT_FOUND,
          ErrorCode.REPOSITORY_MISSING,
          ErrorCode.RECOVERY_TARGET_UNREACHABLE);

  @TempDir private static Path directory = Path.of("");
  private static final Map<Kind, List<Path>> FILES = new EnumMap<>(Kind.class);
  private static final Map<Kind, Map<Outcome, Integer>> SEEN = new TreeMap<>();
  private static List<String> backups = List.of();
  private static Map<String, Map<String, String>> sound = Map.of();

  /// What the files of a repository are for.
  private enum Kind {
    FORMAT("format/.*"),
    KEY_SLOT("keys/slot/.*"),
    DOMAIN_KEYS("keys/domain/.*"),
    SESSION_SLOT("log/.*"),
    PACK("packs/.*"),
    INDEX("idx/.*"),
    WAL_LINEAGE("wal/.*/about"),
    WAL_FILE("wal/.*/files/.*"),
    /// The last bytes of the object are the summary's.
    WAL_RANGE("wal/[0-9a-f]+/[0-9a-f]{8}/.*");

    private final String names;

    Kind(String names) {
      this.names = names;
    }

    static Kind of(Path file) {
      return Stream.of(values())
          .filter(kind -> file.toString().matches(kind.names))
          .findFirst()
          .orElseThrow();
    }
  }

  private enum Outcome {
    REPORTED,
    HARMLESS
  }

  @BeforeAll
  static void makeRepository() throws IOException {
    Path repository = directory.resolve("sound");
    backups = SmallRepository.make(repository);
    try (Stream<Path> tree = Files.walk(repository)) {
      tree.filter(Files::isRegularFile)
          .sorted()
          .map(repository::relativize)
          .forEach(file -> FILES.computeIfAbsent(Kind.of(file), _ -> new ArrayList<>()).add(file));
    }
    Map<String, Map<String, String>> restored = new LinkedHashMap<>();
    for (String backup : backups) {
      restored.put(backup, content(restore(repository, backup).plan().to()));
    }
    sound = restored;
  }

  @AfterAll
  static void say(TestReporter reporter) {
    SEEN.forEach((kind, outcomes) -> reporter.publishEntry(kind.name(), outcomes.toString()));
  }

  @Test
  void theSoundRepositoryHasEveryKindOfFileAndNothingToReport() {
    assertThat(FILES.keySet()).contains(Kind.values()).hasSameSizeAs(Kind.values());
    assertThat(verify(directory.resolve("sound"))).isEqualTo(Outcome.HARMLESS);
    assertThat(sound.get(backups.getLast()))
        .containsKeys("global/pg_control", "holdfast_wal/00000002.history")
        .isNotEqualTo(sound.get(backups.getFirst()));
  }

  static LongStream seeds() {
    Long single = Long.getLong("holdfast.seed");
    return single != null
        ? LongStream.of(single)
        : LongStream.rangeClosed(1, Seeds.thorough() ? SEEDS_THOROUGH : SEEDS);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Timeout(120)
  void damageIsReportedOrHarmless(long seed) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    Path repository = directory.resolve("damaged");
    copy(directory.resolve("sound"), repository);
    List<Kind> kinds = List.copyOf(FILES.keySet());
    Kind kind = kinds.get((int) (seed % kinds.size()));
    List<Path> files = FILES.getOrDefault(kind, List.of());
    Path file = files.get(random.nextInt(files.size()));
    String what = mutate(repository.resolve(file), random) + " " + file;
    try {
      Outcome verified = verify(repository);
      String backup = random.nextInt(4) == 0 ? "latest" : backups.get(random.nextInt(2));
      Outcome restored = restoreAndCompare(repository, backup, what);
      if (restored == Outcome.REPORTED) {
        assertThat(verified).as("verify after: %s", what).isEqualTo(Outcome.REPORTED);
      }
      count(kind, verified);
      if (verified == Outcome.HARMLESS) {
        assertThat(what).as("damage that nobody reports").startsWith("deleted ");
      }
    } finally {
      delete(repository);
      delete(directory.resolve("restored"));
    }
  }

  private static void count(Kind kind, Outcome outcome) {
    SEEN.computeIfAbsent(kind, _ -> new EnumMap<>(Outcome.class)).merge(outcome, 1, Integer::sum);
  }

  private static String mutate(Path file, SplittableRandom random) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int way = bytes.length == 0 ? 0 : random.nextInt(3);
    Files.delete(file);
    if (way == 0) {
      return "deleted";
    }
    if (way == 1) {
      int length = random.nextInt(bytes.length);
      Files.write(file, Arrays.copyOf(bytes, length));
      return "cut to " + length + " of " + bytes.length + " bytes:";
    }
    int at = random.nextInt(bytes.length);
    bytes[at] ^= (byte) (1 << random.nextInt(8));
    Files.write(file, bytes);
    return "flipped a bit of byte " + at + " of " + bytes.length + " of";
  }

  private static Outcome verify(Path repository) {
    try (OpenRepository opened = open(repository)) {
      VerifyReport report = new Verify(TestEngine.context(), opened).all();
      return report.isClean() ? Outcome.HARMLESS : Outcome.REPORTED;
    } catch (BackupException e) {
      requireReport(e);
      return Outcome.REPORTED;
    }
  }

  /// What is handed out is the same as without damage; or `latest` fell back to an older backup, in
  /// which case it says so.
  private static Outcome restoreAndCompare(Path repository, String backup, String what)
      throws IOException {
    try {
      RestoreReport report = restore(repository, backup);
      String name = report.plan().backup().record().name();
      assertThat(content(report.plan().to())).as(what).isEqualTo(sound.get(name));
      if (backup.equals("latest") && !name.equals(backups.getLast())) {
        assertThat(report.remarks())
            .as("remarks after: %s", what)
            .anyMatch(remark -> remark.contains("list of backups is damaged"));
        return Outcome.REPORTED;
      }
      return Outcome.HARMLESS;
    } catch (BackupException e) {
      requireReport(e);
      assertThat(directory.resolve("restored/global/pg_control"))
          .as("a failed restore can be started: %s", what)
          .doesNotExist();
      return Outcome.REPORTED;
    }
  }

  private static void requireReport(BackupException e) {
    if (e.code().kind() != ErrorKind.CORRUPTION && !REPORTS_BEYOND_CORRUPTION.contains(e.code())) {
      throw e;
    }
  }

  private static OpenRepository open(Path repository) {
    Settings settings = TestEngine.settings(repository);
    return new RepositoryAccess(TestEngine.context()).open(settings);
  }

  private static RestoreReport restore(Path repository, String backup) throws IOException {
    Path to = directory.resolve("restored");
    delete(to);
    try (OpenRepository opened = open(repository)) {
      Restore restore = new Restore(TestEngine.context(), opened);
      return restore.execute(
          restore.plan(
              new RestoreRequest(
                  backup,
                  "main",
                  to,
                  new TargetRequest.Immediate(),
                  Optional.empty(),
                  Optional.empty(),
                  Map.of(),
                  Optional.empty(),
                  Optional.empty())));
    }
  }

  /// Mode and digest of every file, by path.
  private static Map<String, String> content(Path root) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.toList()) {
        String mode = Files.getPosixFilePermissions(path).toString();
        String digest = Files.isRegularFile(path) ? digest(path) : "directory";
        content.put(root.relativize(path).toString(), mode + " " + digest);
      }
    }
    return content;
  }

  private static String digest(Path file) throws IOException {
    try {
      byte[] digest =
          java.security.MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return java.util.HexFormat.of().formatHex(digest);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
