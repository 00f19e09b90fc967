package io.holdfast.engine.verify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.repository.Finding;
import io.holdfast.repository.PackId;
import io.holdfast.repository.Proofs;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.Verification;
import io.holdfast.storage.BlobStores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads back what a backup has just stored, where the settings say so.
public final class ReadBack {
  private final EngineContext context;
  private final OpenRepository opened;
  private final Repository repository;

  public ReadBack(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.opened = repository;
    this.repository = repository.repository();
  }

  /// @return what a person should know: that the backup could not be read back, though it is stored
  /// @throws BackupException `OBJECT_CORRUPT` if the backup, which is listed, is damaged already
  public List<String> after(StoredSnapshot backup) {
    boolean reads =
        switch (VerifySettings.of(context.environment()).afterBackup()) {
          case ALWAYS -> true;
          case NEVER -> false;
          case CHEAP_STORES -> isCheap(opened.address());
        };
    if (!reads) {
      return List.of();
    }
    try {
      Failures.run("read the backup back", () -> read(backup));
      return List.of();
    } catch (BackupException e) {
      if (e.code().kind() != ErrorKind.UNAVAILABLE) {
        throw e;
      }
      return List.of("the backup is stored, and could not be read back yet: " + e.text());
    }
  }

  private static boolean isCheap(String address) {
    return address.toLowerCase(Locale.ROOT).startsWith("sftp:")
        || BlobStores.directory(address).isPresent();
  }

  private void read(StoredSnapshot backup) throws IOException {
    Verification verification = repository.verification();
    List<PackId> packs = verification.packsOf(backup.id());
    context.progress().phase("read back", backup.record().storedBytes());
    if (repository.snapshots().stream().noneMatch(listed -> listed.id().equals(backup.id()))) {
      throw damaged(backup, "it is not in the list of backups");
    }
    List<Finding> findings = new ArrayList<>();
    List<PackId> damaged = new ArrayList<>();
    List<PackId> proved = new ArrayList<>();
    long bytes = 0;
    for (PackId pack : packs) {
      context.cancellation().throwIfRequested();
      Optional<Finding> found = verification.verifyStored(pack);
      (found.isEmpty() ? proved : damaged).add(pack);
      found.ifPresent(findings::add);
      long packBytes = verification.packBytes(pack);
      bytes += packBytes;
      context.progress().advance(packBytes);
    }
    if (!packs.isEmpty()) {
      Proofs.Outcome _ = repository.proofs().record(proved, damaged, bytes);
    }
    if (!findings.isEmpty()) {
      Finding first = findings.getFirst();
      throw damaged(backup, first.object() + ": " + first.problem());
    }
  }

  private static BackupException damaged(StoredSnapshot backup, String what) {
    return new BackupException(
        ErrorCode.OBJECT_CORRUPT,
        "the backup "
            + backup.record().name()
            + " was stored, and what was read back is not what was written: "
            + what,
        "Run 'holdfast repair' and then the backup again, and have the store looked at.");
  }
}
