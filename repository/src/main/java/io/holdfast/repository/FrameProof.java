package io.holdfast.repository;

import io.holdfast.repository.PackFormat.Entry;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Opens frames of a pack that is in memory and computes their ids again. For a frame that is the
/// difference to another chunk, that one is read. *Confined.*
final class FrameProof {
  private final KeyDomains domains;
  private final ReaderSource source;
  private final Prefixes prefixes;

  private @Nullable IndexedReader reader;

  /// Where the reader for other chunks comes from, once one is needed.
  @FunctionalInterface
  interface ReaderSource {
    IndexedReader open() throws IOException;
  }

  /// What a damaged chunk says of the differences to it.
  enum Prefixes {
    /// They cannot be read, so they are as good as damaged.
    REQUIRED,
    /// Nothing: its own pack is damaged, not theirs. It may be stored again.
    JUDGED_BY_THEMSELVES
  }

  FrameProof(KeyDomains domains, ReaderSource source, Prefixes prefixes) {
    this.domains = domains;
    this.source = source;
    this.prefixes = prefixes;
  }

  /// A difference to a chunk that is in no pack is only decrypted: where a backup needs it, whoever
  /// looks at the backup misses it; where none does, the other chunk has been pruned before it.
  ///
  /// @throws CorruptRepositoryException if the frame, or what it is the difference to, is not what
  ///   was written
  void prove(PackSection section, Entry entry, byte[] pack) throws IOException {
    String where = "chunk " + entry.id() + " in " + section.pack;
    Optional<ChunkId> prefix = entry.prefix();
    Domain domain = domains.require(section.domain);
    byte[] plain;
    if (prefix.isEmpty()) {
      plain = whole(domain, section, entry, pack, where);
    } else {
      var _ = difference(domain, section, entry, pack, prefix.get(), where);
      Optional<byte[]> prefixBytes = readPrefix(prefix.get(), where);
      if (prefixBytes.isEmpty()) {
        return;
      }
      plain =
          FrameOpener.openDifference(
              domain,
              section.keyVersion,
              entry.id(),
              pack,
              entry.offset(),
              entry.storedBytes(),
              entry.plainBytes(),
              prefix.get(),
              prefixBytes.get(),
              where);
    }
    if (!isOf(domain, entry, plain)) {
      throw CorruptRepositoryException.damaged(where + " has other content than its id says");
    }
  }

  /// Whether a frame is what was written, in a pack of which nothing else may be left. Of a
  /// difference that says nothing about the chunk that it is the difference to: that one may be
  /// stored again.
  static boolean isIntact(Domain domain, PackSection section, Entry entry, byte[] pack) {
    if ((long) entry.offset() + entry.storedBytes() > pack.length) {
      return false;
    }
    String where = "chunk " + entry.id() + " in " + section.pack;
    try {
      if (entry.prefix().isPresent()) {
        var _ = difference(domain, section, entry, pack, entry.prefix().get(), where);
        return true;
      }
      return isOf(domain, entry, whole(domain, section, entry, pack, where));
    } catch (CorruptRepositoryException _) {
      return false;
    }
  }

  private static boolean isOf(Domain domain, Entry entry, byte[] plain) {
    return plain.length == entry.plainBytes()
        && domain.keyedIds().matches(entry.type(), entry.id(), plain);
  }

  private static byte[] whole(
      Domain domain, PackSection section, Entry entry, byte[] pack, String where) {
    return FrameOpener.open(
        domain,
        section.keyVersion,
        entry.type(),
        entry.id(),
        pack,
        entry.offset(),
        entry.storedBytes(),
        entry.plainBytes(),
        where);
  }

  /// Decrypts a difference, which proves that it is what was written.
  private static byte[] difference(
      Domain domain, PackSection section, Entry entry, byte[] pack, ChunkId prefix, String where) {
    return FrameOpener.requireDifference(
        domain,
        section.keyVersion,
        entry.id(),
        pack,
        entry.offset(),
        entry.storedBytes(),
        prefix,
        where);
  }

  /// Empty if it is not there, or if it is damaged and that is judged elsewhere.
  private Optional<byte[]> readPrefix(ChunkId prefix, String where) throws IOException {
    if (!reader().containsWhole(prefix)) {
      return Optional.empty();
    }
    try {
      return Optional.of(reader().readWhole(prefix));
    } catch (CorruptRepositoryException e) {
      if (prefixes == Prefixes.JUDGED_BY_THEMSELVES) {
        return Optional.empty();
      }
      throw CorruptRepositoryException.damaged(
          where + " is the difference to another chunk, and that is damaged: " + e.text(), e);
    }
  }

  private IndexedReader reader() throws IOException {
    IndexedReader opened = reader;
    if (opened == null) {
      opened = source.open();
      reader = opened;
    }
    return opened;
  }
}
