package io.holdfast.repository;

import io.holdfast.base.Progress;
import io.holdfast.repository.ChunkIndex.PackSummary;
import io.holdfast.repository.Finding.Kind;
import io.holdfast.repository.IndexLoader.Loaded;
import io.holdfast.repository.IndexLoader.Use;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Looks at what is stored without changing it. What it finds is handed back; an `IOException`
/// means that the store could not be asked, so nothing can be said.
public final class Verification {
  private final Parts parts;

  Verification(Parts parts) {
    this.parts = parts;
  }

  /// What checking needs of a repository.
  record Parts(
      BlobStore store,
      FormatObject format,
      RootKey root,
      Domain domain,
      SessionLog log,
      MaintenanceLog maintenance,
      IndexLoader loader) {}

  /// Structure: every small object can be opened, sessions have no gaps, every pack that the index
  /// names is there with its size, every snapshot's roots are known. Reads no pack.
  public List<Finding> check() throws IOException {
    List<Finding> findings = new ArrayList<>();
    new KeyCheck(parts).run(findings);
    Loaded loaded = parts.loader().load(Use.READ);
    for (CorruptRepositoryException damage : loaded.damaged()) {
      if (findings.stream().noneMatch(finding -> finding.problem().equals(damage.text()))) {
        findings.add(Finding.of(damage, "idx/"));
      }
    }
    new SessionCheck(parts, loaded).run(findings);
    new PackCheck(parts, loaded).run(findings);
    return List.copyOf(findings);
  }

  /// Every pack that holds something, in the order of their names.
  public List<PackId> packs() throws IOException {
    Loaded loaded = parts.loader().load(Use.READ);
    return loaded.index().packs().stream()
        .map(PackSummary::id)
        .sorted(java.util.Comparator.comparing(PackId::toString))
        .toList();
  }

  /// Bytes of a pack as the store has it; 0 if it is missing.
  public long packBytes(PackId pack) throws IOException {
    return parts.store().stat(ObjectNames.pack(pack)).map(BlobStore.BlobStat::bytes).orElse(0L);
  }

  /// Reads packs back: checksum, table, and every chunk decrypted, decompressed and its id computed
  /// again. One pack is in memory at a time.
  public List<Finding> verifyPacks(Collection<PackId> packs, Progress progress) throws IOException {
    List<Finding> findings = new ArrayList<>();
    FrameProof proof =
        new FrameProof(
            parts.domain(),
            () ->
                new IndexedReader(
                    parts.store(), parts.domain(), () -> parts.loader().load(Use.READ)));
    for (PackId pack : packs) {
      long bytes = packBytes(pack);
      findings.addAll(verifyPack(pack, proof::prove));
      progress.advance(bytes);
    }
    return List.copyOf(findings);
  }

  /// Reads packs back, and compares checksum and table only: for packs whose chunks are read by
  /// other ways anyway.
  public List<Finding> verifyChecksums(Collection<PackId> packs) throws IOException {
    List<Finding> findings = new ArrayList<>();
    for (PackId pack : packs) {
      findings.addAll(verifyPack(pack, (_, _, _) -> {}));
    }
    return List.copyOf(findings);
  }

  private interface EntryCheck {
    void check(PackSection section, PackFormat.Entry entry, byte[] pack) throws IOException;
  }

  private List<Finding> verifyPack(PackId pack, EntryCheck check) throws IOException {
    BlobKey key = ObjectNames.pack(pack);
    long bytes = packBytes(pack);
    if (bytes == 0 || bytes > PackFormat.PACK_BYTES_MAX) {
      Kind kind = bytes == 0 ? Kind.MISSING : Kind.DAMAGED;
      return List.of(new Finding(kind, key.value(), "the pack has " + bytes + " bytes"));
    }
    try {
      byte[] content = parts.store().get(key, PackFormat.PACK_BYTES_MAX);
      PackSection section = PackTables.read(parts.domain(), pack, content);
      for (PackFormat.Entry entry : section.entries()) {
        check.check(section, entry, content);
      }
      return List.of();
    } catch (CorruptRepositoryException e) {
      return List.of(Finding.of(e, key.value()));
    } catch (NoSuchBlobException e) {
      return List.of(new Finding(Kind.MISSING, key.value(), "the pack is gone"));
    }
  }

  /// The packs that the session of a snapshot wrote: for reading back what a backup has added.
  public List<PackId> packsOf(SnapshotId snapshot) throws IOException {
    return packs().stream().filter(pack -> pack.session().equals(snapshot.session())).toList();
  }
}
