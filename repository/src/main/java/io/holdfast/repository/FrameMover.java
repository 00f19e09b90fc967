package io.holdfast.repository;

import io.holdfast.repository.ChunkType.Packing;
import io.holdfast.repository.IndexLoader.Loaded;
import io.holdfast.repository.PackFormat.Entry;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Copies frames out of condemned packs into new ones. They are opened to prove them, and sealed
/// again only where their keys are not the newest ones. The new packs belong to a session of their
/// own, so that somebody collects them if this run does not get to its end. Packs of one domain at
/// a time are filled, so whoever hands out packs does it domain by domain. *Confined.*
final class FrameMover {
  private final Repository repository;
  private final SessionId session;
  private final Map<Lane, PackBuilder> filling = new LinkedHashMap<>();
  private final List<PackSection> written = new ArrayList<>();
  private int sequence;
  private long movedBytes;

  /// @param session registered by the caller
  FrameMover(Repository repository, SessionId session) {
    this.repository = repository;
    this.session = session;
  }

  /// Frames of one domain, one kind and one key version share a pack.
  private record Lane(DomainId domain, Packing packing, int keyVersion) {
    static Lane of(PackSection section) {
      return new Lane(section.domain, section.packing, section.keyVersion);
    }
  }

  /// Copies the frames of one pack that are needed from it.
  ///
  /// @throws CorruptRepositoryException if one of them is not what was written; those before it
  ///   were copied, which does no harm
  void move(PackId pack, Census census, PackUsage usage) throws IOException {
    byte[] content;
    try {
      content = repository.store().get(ObjectNames.pack(pack), PackFormat.PACK_BYTES_MAX);
    } catch (NoSuchBlobException e) {
      throw CorruptRepositoryException.missing(pack + " is missing, though a backup needs it");
    }
    PackSection section = PackTables.read(repository.domains(), pack, content);
    List<Entry> needed = new ArrayList<>();
    section.forEach(
        entry -> {
          if (isMoving(entry, pack, census.index(), usage)) {
            needed.add(entry);
          }
        });
    FrameProof proof =
        new FrameProof(
            repository.domains(),
            () -> repository.readerOf(new Loaded(census.index(), census.state(), List.of())),
            FrameProof.Prefixes.REQUIRED);
    Domain domain = repository.domains().require(section.domain);
    // Somebody may have made newer keys than those that were the newest when we began.
    int version = Math.max(section.keyVersion, domain.current().version);
    Lane lane = new Lane(section.domain, section.packing, version);
    for (Entry entry : needed) {
      proof.prove(section, entry, content);
      if (section.keyVersion == version) {
        append(lane, entry, content);
      } else {
        appendFrame(lane, entry, sealedAnew(domain, section, entry, content));
      }
    }
  }

  private byte[] sealedAnew(Domain domain, PackSection section, Entry entry, byte[] content) {
    byte[] payload =
        FrameOpener.decrypt(
            domain,
            section.keyVersion,
            entry.type(),
            entry.id(),
            content,
            entry.offset(),
            entry.storedBytes(),
            "chunk " + entry.id() + " in " + section.pack);
    return FrameSealer.sealAnew(
        domain, entry.type(), entry.id(), payload, repository.options().entropy());
  }

  /// What [#salvage] found.
  ///
  /// @param copied frames that are what was written, and that were asked for
  /// @param lost frames that are not what was written
  record Salvage(int copied, List<Entry> lost) {}

  /// Copies every frame of a damaged pack that is still what was written and that `wanted` asks
  /// for.
  ///
  /// @param section by the index or by the pack's own table, which authenticate it
  /// @param content whatever is left of the pack
  Salvage salvage(PackSection section, byte[] content, Predicate<Entry> wanted) throws IOException {
    Domain domain = repository.domains().require(section.domain);
    List<Entry> intact = new ArrayList<>();
    List<Entry> lost = new ArrayList<>();
    section.forEach(
        entry -> (FrameProof.isIntact(domain, section, entry, content) ? intact : lost).add(entry));
    int copied = 0;
    for (Entry entry : intact) {
      if (wanted.test(entry)) {
        append(Lane.of(section), entry, content);
        copied++;
      }
    }
    return new Salvage(copied, List.copyOf(lost));
  }

  private static boolean isMoving(Entry entry, PackId pack, ChunkIndex index, PackUsage usage) {
    ChunkIndex.Copies copies = index.copies(entry.type(), entry.id());
    for (long record = copies.begin(); record < copies.end(); record++) {
      if (usage.isMoving(record)
          && index.offset(record) == entry.offset()
          && index.packs().get(index.packNumber(record)).id().equals(pack)) {
        return true;
      }
    }
    return false;
  }

  /// @param pack in which the entry says where the frame lies
  private void append(Lane lane, Entry entry, byte[] pack) throws IOException {
    int end = entry.offset() + entry.storedBytes();
    appendFrame(lane, entry, Arrays.copyOfRange(pack, entry.offset(), end));
  }

  private void appendFrame(Lane lane, Entry entry, byte[] frame) throws IOException {
    if (filling.keySet().stream().anyMatch(other -> !other.domain.equals(lane.domain))) {
      var _ = finish();
      filling.clear();
    }
    PackBuilder pack =
        filling.computeIfAbsent(lane, _ -> new PackBuilder(repository.options().packBytesTarget()));
    if (!pack.fits(frame.length)) {
      upload(lane, pack);
    }
    pack.append(entry.type(), entry.id(), frame, frame.length, entry.plainBytes(), entry.prefix());
    movedBytes += frame.length;
  }

  private void upload(Lane lane, PackBuilder pack) throws IOException {
    PackSection section =
        pack.seal(
            repository.id(),
            repository.domains().require(lane.domain),
            session,
            sequence++,
            lane.packing,
            lane.keyVersion,
            repository.options().entropy());
    var key = ObjectNames.pack(section.pack);
    if (repository.puts().put(key, pack.bytes(), 0, pack.size()) != ResolvedPut.Owner.OURS) {
      throw CorruptRepositoryException.damaged(key + " is there with other content");
    }
    written.add(section);
    pack.reset();
  }

  /// Uploads what is left; the tables of everything that was written. All of it is durable.
  List<PackSection> finish() throws IOException {
    for (Map.Entry<Lane, PackBuilder> lane : filling.entrySet()) {
      if (!lane.getValue().isEmpty()) {
        upload(lane.getKey(), lane.getValue());
      }
    }
    return List.copyOf(written);
  }

  long movedBytes() {
    return movedBytes;
  }
}
