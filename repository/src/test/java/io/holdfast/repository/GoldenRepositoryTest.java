package io.holdfast.repository;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Progress;
import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Repositories of format version 1 that must stay readable for ever; the newest this program still
/// writes byte for byte when time and chance are fixed. `-Dholdfast.golden=FILE` writes it anew; a
/// change needs a new format version.
final class GoldenRepositoryTest {
  /// Before the keys of domains said when they were made.
  private static final String WITHOUT_KEY_TIMES = "golden-v1.zip";

  /// Before anything was erased.
  private static final String WITHOUT_ERASURES = "golden-v1-key-times.zip";

  private static final String NEWEST = "golden-v1-erasures.zip";

  @ParameterizedTest
  @ValueSource(strings = {WITHOUT_KEY_TIMES, WITHOUT_ERASURES, NEWEST})
  void theGoldenRepositoryIsReadable(String resource) throws Exception {
    MemoryBlobStore store = new MemoryBlobStore();
    for (var object : golden(resource).entrySet()) {
      assertThat(
              store.putIfAbsent(new BlobKey(object.getKey()), ByteBuffer.wrap(object.getValue())))
          .isNotNull();
    }
    try (Repository repository = Repositories.open(store, 99)) {
      assertThat(repository.id().hex()).isEqualTo("73d51abbd89cb8196f0efb6892f94d68");
      assertThat(repository.snapshots())
          .extracting(snapshot -> snapshot.record().name())
          .containsExactly("second");
      MaintenanceLog.Newest newest = repository.maintenance().newest();
      assertThat(newest.damaged()).isEmpty();
      assertThat(newest.state().number()).isOne();
      assertThat(newest.state().condemned()).hasSize(1);
      assertThat(newest.state().buried()).hasSize(1);
      assertThat(newest.state().closingBelow().orElseThrow())
          .isGreaterThan(newest.state().sealedBelow().orElseThrow());
      assertThat(newest.state().kept()).hasSize(1);
      List<String> erased = new ArrayList<>();
      repository.erasures().forEach((_, record) -> erased.add(new String(record, UTF_8)));
      assertThat(erased).hasSize(resource.equals(NEWEST) ? 1 : 0).allMatch("a record"::equals);
      for (StoredSnapshot snapshot : repository.snapshots()) {
        SmallBackup.assertReadable(repository.reader(), snapshot);
      }
      assertThat(repository.verification().check()).isEmpty();
      assertThat(
              repository
                  .verification()
                  .verifyPacks(repository.verification().packs(), Progress.NONE))
          .isEmpty();
    }
  }

  @Test
  void theWriterStillWritesTheSameBytes() throws Exception {
    Map<String, byte[]> written = write();
    String target = System.getProperty("holdfast.golden");
    if (target != null) {
      save(Path.of(target), written);
    }

    Map<String, byte[]> golden = golden(NEWEST);
    assertThat(written.keySet()).isEqualTo(golden.keySet());
    written.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(golden.get(name)));
  }

  private static Map<String, byte[]> write() throws IOException {
    MemoryBlobStore store = new MemoryBlobStore();
    RepositoryOptions options = Repositories.options(1).withPackBytesTarget(1 << 20);
    try (Repository repository = Repository.init(store, Repositories.key(), options).repository()) {
      SmallBackup.write(repository, "first", 1);
      repository.domain("wal/main");
      SmallBackup.write(repository, "second", 2);
      publishStates(repository, store);
      assertThat(repository.erasures().add("a record".getBytes(UTF_8))).hasSize(32);
    }
    Map<String, byte[]> objects = new TreeMap<>();
    store.list(
        "",
        blob -> {
          try {
            objects.put(blob.key().value(), store.get(blob.key(), 1 << 22));
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    return objects;
  }

  /// A tombstone of the first snapshot, then a state with something in every field.
  private static void publishStates(Repository repository, MemoryBlobStore store)
      throws IOException {
    StoredSnapshot first = repository.snapshots().getFirst();
    PackId pack = repository.verification().packsOf(first.id()).getFirst();
    PackId gone = new PackId(first.id().session(), 7, pack.digest());
    SessionId floor = SessionId.create(Repositories.NOW.minusSeconds(60), Seeds.entropy(5));
    SessionId announced = SessionId.create(Repositories.NOW.minusSeconds(30), Seeds.entropy(6));
    SessionId kept = SessionId.create(Repositories.NOW.minusSeconds(90), Seeds.entropy(7));
    ResolvedPut puts = new ResolvedPut(store, _ -> {});
    MaintenanceState next =
        new MaintenanceState(
            0,
            Set.of(pack),
            Set.of(gone),
            List.of(),
            Optional.of(announced),
            Optional.of(floor),
            Set.of(kept),
            List.of());
    assertThat(repository.maintenance().publish(puts, MaintenanceState.none(), next))
        .contains(next.withNumber(1));
    BlobKey tombstone = ObjectNames.forgotten(first.id());
    byte[] object =
        repository.maintenance().wrap(tombstone, MaintenanceLog.FORGOTTEN_PURPOSE, new byte[0]);
    assertThat(puts.put(tombstone, object)).isEqualTo(ResolvedPut.Owner.OURS);
  }

  private static Map<String, byte[]> golden(String name) throws IOException {
    Map<String, byte[]> objects = new TreeMap<>();
    try (InputStream resource = GoldenRepositoryTest.class.getResourceAsStream(name)) {
      assertThat(resource).isNotNull();
      ZipInputStream zip = new ZipInputStream(resource);
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        objects.put(entry.getName(), zip.readAllBytes());
      }
    }
    return objects;
  }

  private static void save(Path target, Map<String, byte[]> objects) throws IOException {
    try (OutputStream file = Files.newOutputStream(target);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      for (var object : objects.entrySet()) {
        ZipEntry entry = new ZipEntry(object.getKey());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(object.getValue());
        zip.closeEntry();
      }
    }
  }
}
