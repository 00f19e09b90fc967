package io.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.restore.TargetRequest.Edge;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a user can say that makes no sense. That sensible targets are resolved as PostgreSQL would
/// resolve them is shown in module `postgres`, on servers by the ledger tests.
class TargetsTest {
  private Repository repository;

  @BeforeEach
  void makeRepository() throws IOException {
    repository = Repositories.init(new MemoryBlobStore(), 1);
  }

  @AfterEach
  void close() {
    repository.close();
  }

  @Test
  void positionsTransactionsAndZonesAreCheckedBeforeAnythingIsRead() {
    assertRefused(new TargetRequest.Position("0/xyz", Edge.INCLUSIVE), "'0/xyz' is not a WAL");
    assertRefused(new TargetRequest.Position("", Edge.EXCLUSIVE), "'' is not a WAL position");
    assertRefused(new TargetRequest.Transaction("-1", Edge.INCLUSIVE), "'-1' is not a transaction");
    assertRefused(
        new TargetRequest.Time("2026-11-21 10:00", Optional.of("Mars/Base"), Edge.INCLUSIVE),
        "'Mars/Base' is not a time zone");
  }

  @Test
  void aTimeWithoutAZoneIsRefused() {
    assertThatThrownBy(
            () ->
                targets(
                    "latest",
                    new TargetRequest.Time(
                        "2026-11-21 10:00:00", Optional.empty(), Edge.INCLUSIVE)))
        .isInstanceOf(BackupException.class);
  }

  @Test
  void aBackupThatDoesNotExistIsNamed() throws Exception {
    BackupCatalog catalog = BackupCatalog.of(repository);
    assertThatThrownBy(() -> targets("nightly", new TargetRequest.Latest()).choose(catalog))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_NOT_FOUND);
              assertThat(e.text()).contains("'nightly'");
            });
    assertThatThrownBy(() -> targets("latest", new TargetRequest.Latest()).choose(catalog))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_NOT_FOUND));
  }

  @Test
  void backupsOfAnotherKindAreRefused() throws Exception {
    try (BackupSession session = repository.beginSession()) {
      byte[] root = {1};
      ChunkId id = session.chunks().ids().of(ChunkType.ROOT, root, 0, 1);
      session.chunks().put(ChunkType.ROOT, id, root, 0, 1);
      session.commit(Repositories.record("dump", id));
    }
    BackupCatalog catalog = BackupCatalog.of(repository);
    assertThatThrownBy(() -> targets("dump", new TargetRequest.Latest()).choose(catalog))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
              assertThat(e.text()).contains("dump is a backup of kind full");
            });
    assertThatThrownBy(() -> targets("latest", new TargetRequest.Latest()).choose(catalog))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_NOT_FOUND);
              assertThat(e.text()).contains("no backup of kind physical");
            });
  }

  private void assertRefused(TargetRequest target, String text) {
    assertThatThrownBy(() -> targets("latest", target))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
              assertThat(e.text()).contains(text);
            });
  }

  private Targets targets(String backup, TargetRequest target) {
    return new Targets(
        repository,
        new RestoreRequest(
            backup,
            "main",
            Path.of("/nowhere"),
            target,
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            Optional.empty()));
  }
}
