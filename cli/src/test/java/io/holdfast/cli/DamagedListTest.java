package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A damaged list of backups never looks like a short one.
class DamagedListTest {
  private static final Map<String, String> KEY = Map.of("BACKUP_ENCRYPTION_KEY", "07".repeat(32));

  @TempDir private Path directory = Path.of("");
  private Path repository = Path.of("");

  @BeforeEach
  void makeTwoBackups() throws IOException {
    repository = directory.resolve("repository");
    try (BlobStore store =
            BlobStores.create(
                repository.toString(),
                new StoreContext(InstantSource.system(), Seeds.entropy(5), Map.of()));
        Repository made = Repositories.init(store, 1)) {
      for (byte n = 1; n <= 2; n++) {
        try (BackupSession session = made.beginSession()) {
          byte[] root = {n};
          ChunkId id = session.chunks().ids().of(ChunkType.ROOT, root, 0, 1);
          session.chunks().put(ChunkType.ROOT, id, root, 0, 1);
          session.commit(Repositories.record("backup-" + n, id));
        }
      }
    }
  }

  @Test
  void aSoundListHasNoWarnings() {
    Result list = run("list");
    assertThat(list.status).as(list.err).isZero();
    assertThat(list.out).contains("backup-1").contains("backup-2");
    assertThat(list.err).doesNotContain("warning");
  }

  @Test
  void exchangedSlotsAreWarnedOfAndNotAbsent() throws Exception {
    List<Path> slots = snapshotSlots();
    Path aside = directory.resolve("aside");
    Files.move(slots.get(0), aside);
    Files.move(slots.get(1), slots.get(0));
    Files.move(aside, slots.get(1));

    assertDamagedAndEmpty();
    for (String[] args :
        new String[][] {
          {"restore", "latest", "--to", "x"}, {"show", "backup-1"}, {"show", "latest"}
        }) {
      Result refused = run(args);
      assertThat(refused.status).as(refused.err).isEqualTo(4);
      assertThat(refused.err).contains("HF-3001").contains("2 entries may be it").contains("log/");
      assertThat(refused.err).doesNotContain("Make one with");
    }
    assertThat(directory.resolve("x")).doesNotExist();
  }

  @Test
  void oneDamagedSlotIsWarnedOfBesideTheOthers() throws Exception {
    Path slot = snapshotSlots().getFirst();
    byte[] sound = Files.readAllBytes(slot);
    for (String way : List.of("empty", "pipe", "directory", "removed")) {
      Files.delete(slot);
      switch (way) {
        case "empty" -> Files.createFile(slot);
        case "pipe" ->
            assertThat(new ProcessBuilder("mkfifo", slot.toString()).start().waitFor()).isZero();
        case "directory" -> Files.createDirectory(slot);
        default -> {}
      }
      Result list = run("list");
      assertThat(list.status).as(way + list.err).isEqualTo(4);
      assertThat(list.out).as(way).containsOnlyOnce("backup-");
      assertThat(list.err).as(way).contains("warning: log/").contains("verify --all");
      Result json = run("list", "--json");
      assertThat(json.status).isEqualTo(4);
      assertThat(json.out).as(way).startsWith("[").containsOnlyOnce("\"id\"");
      assertThat(run("verify", "--all").status).as(way).isEqualTo(4);
      assertThat(run("show", "latest").status).as("the newest that is left").isZero();
      Files.deleteIfExists(slot);
      Files.write(slot, sound);
    }
    assertThat(run("list").status).isZero();
  }

  @Test
  void removedSessionsAreProvedByWhatIsLeftOfThem() throws Exception {
    removeTree(repository.resolve("log"));
    assertDamagedAndEmpty();
    Result verify = run("verify", "--all");
    assertThat(verify.status).as(verify.out).isEqualTo(4);
    assertThat(verify.out).contains("/0 is missing").contains("2 findings");

    removeTree(repository.resolve("idx"));
    assertDamagedAndEmpty();
    assertThat(run("verify", "--all").status).isEqualTo(4);
  }

  private void assertDamagedAndEmpty() {
    Result list = run("list");
    assertThat(list.status).as(list.err).isEqualTo(4);
    assertThat(list.out).contains("no backups that can be read").doesNotContain("yet");
    assertThat(list.err).contains("warning: log/");
    assertThat(run("list", "--json").out.strip()).isEqualTo("[]");
  }

  /// Slot 1 of every session, sorted.
  private List<Path> snapshotSlots() throws IOException {
    try (Stream<Path> files = Files.walk(repository.resolve("log"))) {
      List<Path> slots = files.filter(file -> file.endsWith("1")).sorted().toList();
      assertThat(slots).hasSize(2);
      return slots;
    }
  }

  private static void removeTree(Path tree) throws IOException {
    List<Path> all = new ArrayList<>();
    try (Stream<Path> files = Files.walk(tree)) {
      files.sorted(Comparator.reverseOrder()).forEach(all::add);
    }
    for (Path file : all) {
      Files.delete(file);
    }
  }

  private record Result(int status, String out, String err) {}

  private Result run(String... args) {
    TestContext context = new TestContext(KEY, directory);
    String[] whole = new String[args.length + 2];
    System.arraycopy(args, 0, whole, 0, args.length);
    whole[args.length] = "--repo";
    whole[args.length + 1] = repository.toString();
    int status = context.run(whole);
    return new Result(status, context.stdout(), context.stderr());
  }
}
