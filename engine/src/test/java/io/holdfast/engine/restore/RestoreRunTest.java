package io.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.testing.SmallRepository;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.repository.SnapshotId;
import io.holdfast.repository.StoredSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Restores from a repository with two backups of a real server.
class RestoreRunTest {
  private static final String CONTROL = "global/pg_control";

  @TempDir private static Path directory = Path.of("");
  private static List<String> backups = List.of();

  @TempDir private Path place = Path.of("");
  private Path repository = Path.of("");

  @BeforeAll
  static void makeRepository() throws IOException {
    backups = SmallRepository.make(directory.resolve("sound"));
  }

  @BeforeEach
  void copyRepository() throws IOException {
    place = place.toRealPath();
    repository = place.resolve("repository");
    Path sound = directory.resolve("sound");
    try (Stream<Path> tree = Files.walk(sound)) {
      for (Path path : tree.toList()) {
        Files.copy(path, repository.resolve(sound.relativize(path).toString()));
      }
    }
  }

  @Test
  void latestSaysThatThereMayBeANewerBackupWhereASlotIsMissing() throws Exception {
    SnapshotId newest = newest().id();
    Files.delete(repository.resolve("log/" + newest.session() + "/" + newest.slot()));

    RestoreReport report = restore("latest", new TargetRequest.Immediate());

    assertThat(report.plan().backup().record().name()).isEqualTo(backups.getFirst());
    assertThat(report.remarks()).anyMatch(remark -> remark.contains("there may be a newer backup"));
  }

  @Test
  void aSoundListOfBackupsIsNotDoubted() throws Exception {
    RestoreReport report = restore("latest", new TargetRequest.Latest());

    assertThat(report.plan().backup().record().name()).isEqualTo(backups.getLast());
    assertThat(report.remarks()).noneMatch(remark -> remark.contains("newer backup"));
  }

  /// An older backup could be restored, to a state that the user takes for the latest.
  @Test
  void latestDoesNotFallBackWhereTheWalOfTheNewestBackupIsMissing() throws Exception {
    removeWalAfter(PhysicalFacts.of(newest().record().attributes()).startLsn().value());

    for (TargetRequest target :
        List.of(new TargetRequest.Latest(), new TargetRequest.Immediate())) {
      assertThatThrownBy(() -> restore("latest", target))
          .as("%s", target)
          .isInstanceOfSatisfying(
              BackupException.class,
              e ->
                  assertThat(e.code())
                      .isIn(ErrorCode.WAL_GAP, ErrorCode.RECOVERY_TARGET_UNREACHABLE));
      assertThat(place.resolve("restored")).doesNotExist();
    }
    RestoreReport older = restore(backups.getFirst(), new TargetRequest.Immediate());
    assertThat(older.plan().backup().record().name()).isEqualTo(backups.getFirst());
  }

  /// Asks the JVM's flight recorder what was really forced to disk, and in which order.
  @Test
  void everythingIsOnDiskBeforeTheFileThatLetsAServerStart() throws Exception {
    List<String> forced = forcedBy(() -> restore("latest", new TargetRequest.Immediate()));

    Path restored = place.resolve("restored");
    Map<Path, Integer> lastForced = new HashMap<>();
    for (int i = 0; i < forced.size(); i++) {
      lastForced.put(Path.of(forced.get(i).replace(".holdfast-tmp", "")), i);
    }
    List<Path> files = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(restored)) {
      for (Path path : tree.toList()) {
        assertThat(lastForced).as("forced to disk").containsKey(path);
        if (!path.equals(restored)) {
          files.add(path);
        }
      }
    }
    assertThat(files)
        .contains(restored.resolve(CONTROL), restored.resolve("holdfast_wal/00000002.history"))
        .hasSizeGreaterThan(200)
        .allSatisfy(
            path -> {
              int parent = lastForced.getOrDefault(path.getParent(), -1);
              assertThat(parent)
                  .as("the directory of %s is forced after it", path)
                  .isGreaterThan(Files.isDirectory(path) ? -1 : at(lastForced, path));
            });
    assertThat(lastForced).as("the name of the restored directory too").containsKey(place);
    assertThat(lastForced.get(restored.resolve(CONTROL)))
        .as("the control file is the last but its directory")
        .isEqualTo(forced.size() - 2);
    assertThat(lastForced.get(restored.resolve("global"))).isEqualTo(forced.size() - 1);
  }

  private static int at(Map<Path, Integer> lastForced, Path path) {
    return lastForced.getOrDefault(path, Integer.MAX_VALUE);
  }

  private List<String> forcedBy(Work work) throws IOException {
    Path file = place.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withoutThreshold().withoutStackTrace();
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .sorted(java.util.Comparator.comparing(RecordedEvent::getStartTime))
        .map(event -> event.getString("path"))
        .filter(path -> path != null && path.startsWith(place.toString()))
        .toList();
  }

  private interface Work {
    void run() throws IOException;
  }

  private StoredSnapshot newest() throws IOException {
    try (OpenRepository opened = open()) {
      return BackupCatalog.of(opened.repository()).require("latest", "main");
    }
  }

  /// A range's name is where it begins and ends.
  private void removeWalAfter(long position) throws IOException {
    int removed = 0;
    try (Stream<Path> tree = Files.walk(repository.resolve("wal"))) {
      for (Path path : tree.filter(Files::isRegularFile).toList()) {
        String name = path.getFileName().toString();
        if (name.matches("[0-9a-f]{16}-[0-9a-f]{16}")
            && Long.compareUnsigned(Long.parseUnsignedLong(name.substring(17), 16), position) > 0) {
          Files.delete(path);
          removed++;
        }
      }
    }
    assertThat(removed).as("ranges with WAL of the newest backup").isPositive();
  }

  private OpenRepository open() {
    return new RepositoryAccess(TestEngine.context()).open(TestEngine.settings(repository));
  }

  private RestoreReport restore(String backup, TargetRequest target) {
    try (OpenRepository opened = open()) {
      Restore restore = new Restore(TestEngine.context(), opened);
      return restore.execute(
          restore.plan(
              new RestoreRequest(
                  backup,
                  "main",
                  place.resolve("restored"),
                  target,
                  Optional.empty(),
                  Optional.empty(),
                  Map.of(),
                  Optional.empty(),
                  Optional.empty())));
    }
  }
}
