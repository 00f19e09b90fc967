package io.holdfast.repository;

import io.holdfast.base.Progress;
import io.holdfast.repository.ChunkIndex.PackSummary;
import io.holdfast.repository.Finding.Kind;
import io.holdfast.repository.IndexLoader.Loaded;
import io.holdfast.repository.IndexLoader.Use;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.TruncatedBlobException;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Looks at what is stored without changing it. What it finds is handed back; an `IOException`
/// means that the store could not be asked, so nothing can be said.
public final class Verification {
  private static final int CHECKS_MAX = 3;

  /// What one read gets of a pack that is not needed as a whole.
  private static final int PIECE_BYTES = 1 << 20;

  private final Parts parts;

  Verification(Parts parts) {
    this.parts = parts;
  }

  /// What checking needs of a repository.
  record Parts(
      BlobStore store,
      FormatObject format,
      RootKey root,
      KeyDomains domains,
      SessionLog log,
      MaintenanceLog maintenance,
      IndexLoader loader) {}

  /// Structure: every small object can be opened, sessions have no gaps, every pack that the index
  /// names is there with its size, every snapshot's roots are known. Reads no pack. What somebody
  /// pruned or shredded meanwhile is no damage: then it looks again.
  public List<Finding> check() throws IOException {
    for (int attempt = 1; ; attempt++) {
      Moment before = moment();
      List<Finding> findings = checkOnce();
      if (findings.stream().noneMatch(finding -> finding.kind().isDamage())
          || attempt == CHECKS_MAX
          || moment().equals(before)) {
        return findings;
      }
    }
  }

  private List<Finding> checkOnce() throws IOException {
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

  /// Every pack that holds something and is in use, in the order of their names. Packs of shredded
  /// domains are of no use to anybody.
  public List<PackId> packs() throws IOException {
    Loaded loaded = parts.loader().load(Use.READ);
    Set<DomainId> shredded = parts.domains().shredded(loaded.index());
    return loaded.index().packs().stream()
        .filter(pack -> !shredded.contains(pack.domain()))
        .map(PackSummary::id)
        .filter(pack -> !loaded.state().condemned().contains(pack))
        .sorted(Comparator.comparing(PackId::toString))
        .toList();
  }

  /// Every pack that is stored and not taken out of use: also those that no index object names any
  /// more, because it is damaged. In the order of their names.
  public List<PackId> storedPacksInUse() throws IOException {
    MaintenanceState state = parts.maintenance().newest().state();
    return storedPacks().keySet().stream()
        .filter(pack -> !state.condemned().contains(pack) && !state.buried().contains(pack))
        .sorted(Comparator.comparing(PackId::toString))
        .toList();
  }

  /// A pack of the index.
  ///
  /// @param bytes as the index says
  /// @param isWithdrawn whether writers leave it out: it is to go, or it is damaged
  public record IndexedPack(PackId id, long bytes, boolean isWithdrawn) {
    /// When its session began, by the clock of its writer.
    public Instant writtenAt() {
      return id.session().beganAt();
    }
  }

  /// Which chunks can be found, by the index and what is said of packs. *Immutable.*
  public static final class Findability {
    private final ChunkIndex index;
    private final Set<PackId> unusable;
    private final Set<LostCopy> lost;

    private Findability(ChunkIndex index, Set<PackId> unusable, Set<LostCopy> lost) {
      this.index = index;
      this.unusable = Set.copyOf(unusable);
      this.lost = Set.copyOf(lost);
    }

    /// Whether some pack that can be used has the chunk, and what it is the difference to.
    public boolean isFindable(ChunkType type, ChunkId id) {
      return usable(type, id)
          .anyMatch(place -> place.prefix().map(this::isFindableWhole).orElse(true));
    }

    private boolean isFindableWhole(ChunkId id) {
      return usable(ChunkType.STREAM, id).anyMatch(place -> place.prefix().isEmpty());
    }

    private Stream<ChunkIndex.Place> usable(ChunkType type, ChunkId id) {
      return index.places(type, id).stream()
          .filter(
              place -> {
                PackId pack = place.pack().id();
                return !unusable.contains(pack) && !lost.contains(new LostCopy(pack, type, id));
              });
    }

    /// Every pack that the chunk lies in, usable or not.
    public List<PackId> packs(ChunkType type, ChunkId id) {
      return index.places(type, id).stream().map(place -> place.pack().id()).toList();
    }
  }

  private record LostCopy(PackId pack, ChunkType type, ChunkId id) {}

  /// Which chunks can be found, after reading what is left of these packs: what is intact there can
  /// be. One pack is in memory at a time.
  public Findability findabilityByReading(Collection<PackId> damaged) throws IOException {
    Loaded loaded = parts.loader().load(Use.READ);
    Set<PackId> wanted = new HashSet<>(damaged);
    Map<PackId, Long> stored = storedPacks();
    Set<PackId> missing = new HashSet<>();
    for (PackSummary pack : loaded.index().packs()) {
      Long bytes = stored.get(pack.id());
      if (bytes == null) {
        missing.add(pack.id());
      } else if (bytes != pack.bytes()) {
        wanted.add(pack.id());
      }
    }
    Set<LostCopy> lost = new HashSet<>();
    var _ =
        parts
            .loader()
            .forEachReadable(
                loaded.state(),
                (_, sections) -> {
                  for (PackSection section : sections) {
                    if (wanted.contains(section.pack) && !missing.contains(section.pack)) {
                      collectLost(section, lost);
                    }
                  }
                });
    return new Findability(loaded.index(), missing, lost);
  }

  private void collectLost(PackSection section, Set<LostCopy> lost) throws IOException {
    byte[] content;
    try {
      content = parts.store().get(ObjectNames.pack(section.pack), PackFormat.PACK_BYTES_MAX);
    } catch (NoSuchBlobException e) {
      content = new byte[0];
    }
    byte[] pack = content;
    Optional<Domain> keys = parts.domains().find(section.domain);
    if (keys.isEmpty()) {
      section.forEach(entry -> lost.add(new LostCopy(section.pack, entry.type(), entry.id())));
      return;
    }
    Domain domain = keys.get();
    section.forEach(
        entry -> {
          if (!FrameProof.isIntact(domain, section, entry, pack)) {
            lost.add(new LostCopy(section.pack, entry.type(), entry.id()));
          }
        });
  }

  /// Which chunks can be found without these packs, without missing ones and without those of
  /// another length than the index says.
  public Findability findability(Collection<PackId> unusable) throws IOException {
    Loaded loaded = parts.loader().load(Use.READ);
    Map<PackId, Long> stored = storedPacks();
    Set<PackId> all = new HashSet<>(unusable);
    for (PackSummary pack : loaded.index().packs()) {
      Long bytes = stored.get(pack.id());
      if (bytes == null || bytes != pack.bytes()) {
        all.add(pack.id());
      }
    }
    return new Findability(loaded.index(), all, Set.of());
  }

  /// Every pack that the index names and that was not shredded, in the order of their names.
  public List<IndexedPack> indexedPacks() throws IOException {
    Loaded loaded = parts.loader().load(Use.READ);
    Set<DomainId> shredded = parts.domains().shredded(loaded.index());
    return loaded.index().packs().stream()
        .filter(pack -> !shredded.contains(pack.domain()))
        .map(
            pack ->
                new IndexedPack(
                    pack.id(), pack.bytes(), loaded.state().condemned().contains(pack.id())))
        .sorted(Comparator.comparing(pack -> pack.id().toString()))
        .toList();
  }

  /// What an object name says which pack it is; empty for other objects.
  public static Optional<PackId> packOf(String object) {
    return BlobKey.isKey(object) ? ObjectNames.parsePack(new BlobKey(object)) : Optional.empty();
  }

  private Map<PackId, Long> storedPacks() throws IOException {
    Map<PackId, Long> stored = new HashMap<>();
    parts
        .store()
        .list(
            ObjectNames.PACKS,
            blob ->
                ObjectNames.parsePack(blob.key()).ifPresent(id -> stored.put(id, blob.bytes())));
    return stored;
  }

  /// Bytes of a pack as the store has it; 0 if it is missing.
  public long packBytes(PackId pack) throws IOException {
    return parts.store().stat(ObjectNames.pack(pack)).map(BlobStore.BlobStat::bytes).orElse(0L);
  }

  /// Reads packs back: checksum, table, and every chunk decrypted, decompressed and its id computed
  /// again. One pack is in memory at a time. A pack that was pruned meanwhile is a finding that is
  /// no damage.
  public List<Finding> verifyPacks(Collection<PackId> packs, Progress progress) throws IOException {
    List<Finding> findings = new ArrayList<>();
    FrameProof proof =
        new FrameProof(
            parts.domains(),
            () ->
                new IndexedReader(
                    parts.store(), parts.domains(), () -> parts.loader().load(Use.READ)),
            FrameProof.Prefixes.JUDGED_BY_THEMSELVES);
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

  /// Reads a pack back in small pieces, and compares it with the checksum that is part of its name:
  /// what was sent is what is stored. Empty if it is.
  public Optional<Finding> verifyStored(PackId pack) throws IOException {
    BlobKey key = ObjectNames.pack(pack);
    long bytes = packBytes(pack);
    if (bytes < PackFormat.HEADER_BYTES + PackFormat.FOOTER_BYTES
        || bytes > PackFormat.PACK_BYTES_MAX) {
      Kind kind = bytes == 0 ? Kind.MISSING : Kind.DAMAGED;
      return Optional.of(new Finding(kind, key.value(), "the pack has " + bytes + " bytes"));
    }
    MessageDigest sha256 = newSha256();
    long end = bytes - Digest.BYTES;
    try {
      for (long at = 0; at < end; at += PIECE_BYTES) {
        sha256.update(parts.store().getRange(key, at, (int) Math.min(PIECE_BYTES, end - at)));
      }
      Digest found = Digest.wrap(sha256.digest());
      Digest written = Digest.wrap(parts.store().getRange(key, end, Digest.BYTES));
      return found.equals(pack.digest()) && written.equals(found)
          ? Optional.empty()
          : Optional.of(new Finding(Kind.DAMAGED, key.value(), "it is not what was written"));
    } catch (NoSuchBlobException e) {
      return Optional.of(new Finding(Kind.MISSING, key.value(), "the pack is gone"));
    } catch (TruncatedBlobException e) {
      return Optional.of(new Finding(Kind.DAMAGED, key.value(), "the pack is too short"));
    }
  }

  /// After which nothing goes that was needed before: the newest maintenance state and the
  /// tombstones of domains.
  public record Moment(long state, Set<String> tombstones) {
    public Moment {
      tombstones = Set.copyOf(tombstones);
    }
  }

  /// What looks like damage between two different moments may have been somebody's pruning or
  /// shredding.
  public Moment moment() throws IOException {
    Set<String> tombstones = new HashSet<>();
    parts.store().names(ObjectNames.SHREDDED, tombstones::add);
    return new Moment(parts.maintenance().newest().state().number(), tombstones);
  }

  /// Whether a missing pack is missed: a prune may have removed it since it was named.
  private boolean isMissed(PackId pack) throws IOException {
    Loaded loaded = parts.loader().load(Use.READ);
    return !loaded.damaged().isEmpty()
        || loaded.index().packs().stream().anyMatch(named -> named.id().equals(pack));
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface EntryCheck {
    void check(PackSection section, PackFormat.Entry entry, byte[] pack) throws IOException;
  }

  private List<Finding> verifyPack(PackId pack, EntryCheck check) throws IOException {
    List<Finding> found = readPack(pack, check);
    boolean isMissing = found.stream().anyMatch(finding -> finding.kind() == Kind.MISSING);
    return isMissing && !isMissed(pack)
        ? List.of(new Finding(Kind.RETIRED, pack.toString(), "it was pruned meanwhile"))
        : found;
  }

  private List<Finding> readPack(PackId pack, EntryCheck check) throws IOException {
    BlobKey key = ObjectNames.pack(pack);
    long bytes = packBytes(pack);
    if (bytes == 0 || bytes > PackFormat.PACK_BYTES_MAX) {
      Kind kind = bytes == 0 ? Kind.MISSING : Kind.DAMAGED;
      return List.of(new Finding(kind, key.value(), "the pack has " + bytes + " bytes"));
    }
    try {
      byte[] content = parts.store().get(key, PackFormat.PACK_BYTES_MAX);
      PackSection section = PackTables.read(parts.domains(), pack, content);
      for (PackFormat.Entry entry : section.entries()) {
        check.check(section, entry, content);
      }
      return List.of();
    } catch (CorruptRepositoryException e) {
      return List.of(Finding.of(e, key.value()));
    } catch (NoSuchBlobException e) {
      return List.of(new Finding(Kind.MISSING, key.value(), "the pack is gone"));
    } catch (ShreddedDomainException _) {
      // Since the packs were listed.
      return List.of();
    }
  }

  /// The packs that the session of a snapshot wrote: for reading back what a backup has added.
  public List<PackId> packsOf(SnapshotId snapshot) throws IOException {
    return packs().stream().filter(pack -> pack.session().equals(snapshot.session())).toList();
  }
}
