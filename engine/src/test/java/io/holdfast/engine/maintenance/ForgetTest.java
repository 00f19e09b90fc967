package io.holdfast.engine.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.OpenRepository;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Backups of a cluster and of files under one source, the default of both.
class ForgetTest {
  private static final Instant START = Instant.parse("2026-03-01T03:00:00Z");

  @Test
  void theNewestOfAClusterIsGuardedThoughFilesAreNewer() throws IOException {
    try (Repository repository = Repositories.init(new MemoryBlobStore(), 1)) {
      backUp(repository, "cluster-1", "physical", 1);
      backUp(repository, "cluster-2", "physical", 2);
      backUp(repository, "files", "files", 3);
      Forget forget = new Forget(new OpenRepository(repository, "memory"));

      for (String name : List.of("cluster-2", "files")) {
        assertThatThrownBy(() -> forget.plan(List.of(name), "main", Forget.Newest.KEPT))
            .as(name)
            .isInstanceOfSatisfying(
                BackupException.class,
                e -> {
                  assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
                  assertThat(e.text()).contains("is the newest among the");
                });
      }
      forget.execute(forget.plan(List.of("cluster-1"), "main", Forget.Newest.KEPT));
      assertThat(names(repository)).containsExactlyInAnyOrder("cluster-2", "files");

      forget.execute(forget.plan(List.of("cluster-2"), "main", Forget.Newest.FORGOTTEN_TOO));
      assertThat(names(repository)).containsExactly("files");
    }
  }

  @Test
  void ofTwoThatGotOneNameNoneIsForgottenUnlessItsIdIsGiven() throws IOException {
    try (Repository repository = Repositories.init(new MemoryBlobStore(), 1)) {
      backUp(repository, "twin", "physical", 1);
      backUp(repository, "twin", "physical", 2);
      backUp(repository, "other", "physical", 3);
      Forget forget = new Forget(new OpenRepository(repository, "memory"));
      List<StoredSnapshot> twins =
          repository.snapshots().stream()
              .filter(snapshot -> snapshot.record().name().equals("twin"))
              .toList();

      assertThatThrownBy(() -> forget.plan(List.of("twin"), "main", Forget.Newest.KEPT))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
                assertThat(e.text()).contains("2 backups are named 'twin'");
                assertThat(e.hint())
                    .contains(twins.get(0).id().toString(), twins.get(1).id().toString());
              });

      String id = twins.getFirst().id().toString();
      forget.execute(forget.plan(List.of(id), "main", Forget.Newest.KEPT));
      assertThat(repository.snapshots())
          .extracting(snapshot -> snapshot.id().toString())
          .doesNotContain(id)
          .hasSize(2);
    }
  }

  private static List<String> names(Repository repository) throws IOException {
    return repository.snapshots().stream().map(snapshot -> snapshot.record().name()).toList();
  }

  private static void backUp(Repository repository, String name, String kind, int day)
      throws IOException {
    Instant time = START.plusSeconds(86_400L * day);
    try (BackupSession session = repository.beginSession()) {
      byte[] root = {(byte) day};
      ChunkId id = session.chunks().ids().of(ChunkType.ROOT, root, 0, 1);
      session.chunks().put(ChunkType.ROOT, id, root, 0, 1);
      session.commit(
          new SnapshotRecord(
              name,
              "main",
              kind,
              kind,
              Optional.empty(),
              time,
              time,
              1,
              0,
              1,
              new TreeMap<>(),
              new TreeMap<>(Map.of("tree", id))));
    }
  }
}
