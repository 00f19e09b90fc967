package io.holdfast.engine.verify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.verify.VerifyReport.Finding;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.PackId;
import io.holdfast.repository.Repository;
import io.holdfast.repository.ShreddedDomainException;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.Verification;
import io.holdfast.repository.WalFloor;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Reads backups back through the same path that a restore takes: each extent is put together from
/// its chunks and compared with its content id, and the WAL that the backup needs is opened too.
/// *Confined*; reads with several workers.
public final class Verify {
  private static final int WORKERS = 2;
  private static final int EXTENT_BYTES = 512 << 10;

  /// Files whose entries are in memory at once.
  private static final int BATCH_FILES = 20_000;

  private static final int FINDINGS_MAX = 1_000;

  private final EngineContext context;
  private final Repository repository;
  private final List<Finding> findings = new ArrayList<>();
  private long furtherFindings;
  private final AtomicLong chunks = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong walBytes = new AtomicLong();

  public Verify(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Verifies one backup.
  public VerifyReport one(String nameOrLatest, String source) {
    return Failures.translate(
        "verify " + nameOrLatest,
        () -> {
          BackupCatalog catalog = BackupCatalog.of(repository);
          // Slots that cannot be read are findings, not the end.
          StoredSnapshot backup = catalog.require(nameOrLatest, source);
          catalog.damaged().forEach(damage -> find("list of backups", damage.text()));
          catalog.undecided().forEach(damage -> find("maintenance", damage.text()));
          boolean isThere = isVerified(backup);
          if (!isThere && findings.isEmpty()) {
            throw new BackupException(
                ErrorCode.BACKUP_NOT_FOUND,
                "the backup " + backup.record().name() + " was forgotten while it was read",
                "'holdfast list' shows the backups of this repository.");
          }
          return report(isThere ? List.of(backup) : List.of());
        });
  }

  /// Verifies every backup and all WAL, and the structure of the repository: every small object can
  /// be opened, sessions have no gaps, every pack is there with its size.
  public VerifyReport all() {
    return Failures.translate(
        "verify",
        () -> {
          // What is damaged in the list is found among the objects.
          List<StoredSnapshot> backups = BackupCatalog.of(repository).all();
          verifyObjects();
          List<StoredSnapshot> verified = new ArrayList<>();
          for (StoredSnapshot backup : backups) {
            if (isVerified(backup)) {
              verified.add(backup);
            }
          }
          Set<String> sources = new TreeSet<>();
          backups.forEach(backup -> sources.add(backup.record().source()));
          for (String source : sources) {
            guarded("WAL of " + source, () -> verifyAllWal(source));
          }
          return report(verified);
        });
  }

  /// Structure, and every pack against its checksum: what no backup reads, such as padding and the
  /// tables by which a lost index is made again, is found too.
  private void verifyObjects() throws IOException {
    Verification verification = repository.verification();
    List<io.holdfast.repository.Finding> found = new ArrayList<>(verification.check());
    context.progress().phase("verify packs", 0);
    List<PackId> damaged = new ArrayList<>();
    for (PackId pack : verification.packs()) {
      context.cancellation().throwIfRequested();
      List<io.holdfast.repository.Finding> of = verification.verifyChecksums(List.of(pack));
      found.addAll(of);
      if (of.stream().anyMatch(finding -> finding.kind().isDamage())) {
        damaged.add(pack);
      }
    }
    if (!damaged.isEmpty()) {
      // So that repair knows them; where nothing may be written, repair --read-all finds them.
      var _ = repository.proofs().record(List.of(), damaged, 0);
    }
    for (io.holdfast.repository.Finding finding : found) {
      if (finding.kind().isDamage()) {
        find(finding.object(), finding.problem());
      }
    }
  }

  private VerifyReport report(List<StoredSnapshot> backups) {
    return new VerifyReport(
        backups.stream().map(backup -> backup.record().name()).toList(),
        chunks.get(),
        bytes.get(),
        walBytes.get(),
        findings,
        furtherFindings);
  }

  /// A backup that is forgotten while it is read may lack anything; what was found of it is no
  /// finding.
  ///
  /// @return false if it was forgotten, and could not be verified for that reason
  private boolean isVerified(StoredSnapshot backup) throws IOException {
    int before = findings.size();
    long furtherBefore = furtherFindings;
    verifyBackup(backup);
    if ((findings.size() == before && furtherFindings == furtherBefore) || isListed(backup)) {
      return true;
    }
    findings.subList(before, findings.size()).clear();
    furtherFindings = furtherBefore;
    return false;
  }

  private boolean isListed(StoredSnapshot backup) throws IOException {
    return BackupCatalog.of(repository).all().stream()
        .anyMatch(listed -> listed.id().equals(backup.id()));
  }

  private void verifyBackup(StoredSnapshot backup) throws IOException {
    String name = backup.record().name();
    context.progress().phase("verify " + name, backup.record().logicalBytes());
    try {
      guarded(name, () -> verifyTrees(backup));
    } catch (ShreddedDomainException e) {
      context.progress().note(name + ": " + e.text());
      return;
    }
    if (backup.record().kind().equals(PhysicalBackup.KIND)) {
      guarded(name, () -> verifyNeededWal(backup));
    }
  }

  private void verifyTrees(StoredSnapshot backup) throws IOException {
    String name = backup.record().name();
    ChunkReader reader = repository.reader(backup.record());
    for (Map.Entry<String, ChunkId> root : backup.record().roots().entrySet()) {
      guarded(
          name + " " + root.getKey(),
          () -> verifyTree(name, TreeReader.open(reader, root.getValue())));
    }
  }

  private void verifyTree(String backup, TreeReader tree) throws IOException {
    tree.forEachChunk((_, _) -> chunks.incrementAndGet());
    List<TreeFile> batch = new ArrayList<>();
    tree.forEachFile(
        file -> {
          batch.add(file);
          if (batch.size() == BATCH_FILES) {
            Failures.run("verify " + backup, () -> verifyFiles(backup, tree, batch));
            batch.clear();
          }
        });
    verifyFiles(backup, tree, batch);
  }

  private void verifyFiles(String backup, TreeReader tree, List<TreeFile> files)
      throws IOException {
    AtomicInteger next = new AtomicInteger();
    try (Workers workers = Workers.platform("verify")) {
      for (int i = 0; i < WORKERS; i++) {
        workers.start(
            () -> {
              byte[] extent = new byte[EXTENT_BYTES];
              for (int at = next.getAndIncrement();
                  at < files.size();
                  at = next.getAndIncrement()) {
                context.cancellation().throwIfRequested();
                verifyFile(backup, tree, files.get(at), extent);
              }
            });
      }
      workers.join();
    }
  }

  private void verifyFile(String backup, TreeReader tree, TreeFile file, byte[] extent)
      throws IOException {
    if (file.entry().kind() != FileKind.FILE) {
      return;
    }
    String where = backup + " " + file.entry().path();
    guarded(
        where,
        () -> {
          long read = 0;
          for (long index = 0; index < file.extents(); index++) {
            int length = tree.readExtent(file, index, extent);
            read += length;
            bytes.addAndGet(length);
            context.progress().advance(length);
          }
          if (read != file.entry().size()) {
            find(where, "has " + read + " bytes, its entry says " + file.entry().size());
          }
        });
  }

  private void verifyNeededWal(StoredSnapshot backup) throws IOException {
    NeededWal needed = NeededWal.of(repository, backup);
    needed.missing().forEach(problem -> find(backup.record().name(), problem));
    if (needed.archive().isPresent()) {
      for (WalRange range : needed.ranges()) {
        verifyWal(needed.archive().get(), range);
      }
    }
  }

  private void verifyAllWal(String source) throws IOException {
    context.progress().phase("verify WAL of " + source, 0);
    for (WalArchive archive : SourceWal.all(repository, source)) {
      for (int timeline : archive.timelines()) {
        guarded("WAL of " + source, () -> NeededWal.requireHistory(archive, timeline, "its WAL"));
        for (WalRange range : archive.ranges(timeline)) {
          context.cancellation().throwIfRequested();
          verifyWal(archive, range);
        }
        for (var variant : archive.conflicts(timeline)) {
          find("WAL of " + source, "two versions exist of " + variant.range());
        }
      }
      guarded(
          "WAL files of " + source,
          () -> {
            for (String file : archive.files()) {
              archive.file(file);
            }
          });
    }
  }

  private void verifyWal(WalArchive archive, WalRange range) throws IOException {
    guarded(
        "WAL " + range,
        () -> {
          try {
            byte[] wal = archive.read(range);
            archive.readSummary(range);
            walBytes.addAndGet(wal.length);
            context.progress().advance(wal.length);
          } catch (CorruptRepositoryException e) {
            if (!isMerged(archive, range) && !isPruned(archive, range)) {
              throw e;
            }
          }
        });
  }

  /// Whether it became part of a larger range while we were at it, and that one can be read.
  private static boolean isMerged(WalArchive archive, WalRange range) throws IOException {
    Optional<WalRange> merged = archive.mergedFrom(range);
    if (merged.isEmpty() || archive.ranges(range.timeline(), range.start()).contains(range)) {
      return false;
    }
    archive.read(merged.get());
    archive.readSummary(merged.get());
    return true;
  }

  /// Whether a prune took it away while we were at it: it is listed no more, and lies where WAL may
  /// be deleted.
  private boolean isPruned(WalArchive archive, WalRange range) throws IOException {
    for (WalFloor floor : repository.walFloors().announced()) {
      if (floor.isOf(archive.lineage().id(), range.timeline())
          && Long.compareUnsigned(range.end(), floor.position()) <= 0) {
        return !archive.ranges(range.timeline()).contains(range);
      }
    }
    return false;
  }

  private interface Check {
    void run() throws IOException;
  }

  /// Damage becomes a finding; a store that cannot be reached ends the run, since it proves
  /// nothing.
  private void guarded(String where, Check check) throws IOException {
    try {
      check.run();
    } catch (CorruptRepositoryException e) {
      find(where, e.text());
    } catch (BackupException e) {
      if (e.code().kind() != ErrorKind.CORRUPTION) {
        throw e;
      }
      find(where, e.text());
    }
  }

  private synchronized void find(String where, String what) {
    if (findings.size() < FINDINGS_MAX) {
      findings.add(new Finding(where, what));
    } else {
      furtherFindings++;
    }
  }
}
