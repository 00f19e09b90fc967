package io.holdfast.repository;

import io.holdfast.base.Entropy;
import io.holdfast.repository.ChunkType.Packing;
import io.holdfast.repository.PackFormat.Entry;
import io.holdfast.repository.PackFormat.Footer;
import io.holdfast.repository.PackFormat.Header;
import io.holdfast.repository.codec.RecordWriter;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.SealedObject;
import java.util.Arrays;
import java.util.Optional;

/// A pack that grows in memory; its buffer is used again for the next one. A small backup gets no
/// buffer for a large pack. *Confined*: guarded by its lane while it is filled, then owned by the
/// uploader.
final class PackBuilder {
  static final String TABLE_PURPOSE = "pack-table";

  private static final int FIRST_BYTES = 2 << 20;
  private static final int GROWTH = 4;

  private final int bytesTarget;
  private final RecordWriter entries = new RecordWriter(4096);
  private final RecordWriter prefixes = new RecordWriter();
  private byte[] bytes = new byte[0];
  private int size = PackFormat.HEADER_BYTES;
  private int count;

  PackBuilder(int bytesTarget) {
    this.bytesTarget = bytesTarget;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /// Whether a frame of that length still belongs into this pack. An empty one takes any frame.
  boolean fits(int frameBytes) {
    long table = (long) (count + 1) * PackFormat.ENTRY_BYTES + prefixes.size();
    long full = (long) size + frameBytes + table;
    return count == 0 || (count < PackFormat.ENTRIES_MAX && full <= bytesTarget);
  }

  /// Adds a frame, which is at the beginning of its array.
  ///
  /// @param prefix the chunk that this one is the difference to
  void append(
      ChunkType type,
      ChunkId id,
      byte[] frame,
      int frameBytes,
      int plainBytes,
      Optional<ChunkId> prefix) {
    grow(size + frameBytes);
    System.arraycopy(frame, 0, bytes, size, frameBytes);
    new Entry(id, type, size, frameBytes, plainBytes, prefix).write(entries);
    prefix.ifPresent(prefixes::id);
    size += frameBytes;
    count++;
  }

  /// Completes the pack; afterwards [#bytes] up to [#size] is the object.
  PackSection seal(
      RepositoryId repository,
      Domain domain,
      SessionId session,
      int sequence,
      Packing packing,
      Entropy entropy) {
    return seal(repository, domain, session, sequence, packing, domain.current().version, entropy);
  }

  /// As above, for frames that were sealed under a key version that may be an older one; the table
  /// is sealed under the current one.
  PackSection seal(
      RepositoryId repository,
      Domain domain,
      SessionId session,
      int sequence,
      Packing packing,
      int keyVersion,
      Entropy entropy) {
    byte[] header =
        new Header(repository, domain.id(), session, sequence, keyVersion, packing).encode();
    byte[] table = paddedTable();
    int tableOffset = PackFormat.paddedBytes(size);
    int tableBytes = table.length + SealedObject.OVERHEAD_BYTES;
    reserve(tableOffset + tableBytes + PackFormat.FOOTER_BYTES);
    System.arraycopy(header, 0, bytes, 0, header.length);
    byte[] padding = entropy.bytes(tableOffset - size);
    System.arraycopy(padding, 0, bytes, size, padding.length);
    SealedObject.sealInto(
        entropy,
        domain.current().version,
        domain.current().meta,
        TABLE_PURPOSE,
        domain.bound(header),
        table,
        0,
        table.length,
        bytes,
        tableOffset);
    int footer = tableOffset + tableBytes;
    Footer.write(bytes, footer, tableOffset, tableBytes);
    size = footer + PackFormat.FOOTER_BYTES;
    Digest digest = Digest.wrap(Arrays.copyOfRange(bytes, size - Digest.BYTES, size));
    return new PackSection(
        new PackId(session, sequence, digest),
        domain.id(),
        keyVersion,
        packing,
        size,
        count,
        SealedObject.concat(entries.toBytes(), prefixes.toBytes()));
  }

  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  void reset() {
    entries.clear();
    prefixes.clear();
    size = PackFormat.HEADER_BYTES;
    count = 0;
  }

  /// `count u32`, the entries, the prefixes, then zeros up to a multiple of the size of 32 entries.
  private byte[] paddedTable() {
    byte[] plain = SealedObject.concat(entries.toBytes(), prefixes.toBytes());
    int unit = 32 * PackFormat.ENTRY_BYTES;
    byte[] table = new byte[4 + (plain.length + unit - 1) / unit * unit];
    System.arraycopy(CryptoKit.be32(count), 0, table, 0, 4);
    System.arraycopy(plain, 0, table, 4, plain.length);
    return table;
  }

  /// In few steps: what is outgrown is garbage.
  private void grow(int needed) {
    if (bytes.length < needed) {
      int full = bytesTarget + bytesTarget / 64;
      int next = Math.max(FIRST_BYTES, bytes.length * GROWTH);
      reserve(Math.max(needed, Math.min(next, full)));
    }
  }

  private void reserve(int needed) {
    if (bytes.length < needed) {
      bytes = Arrays.copyOf(bytes, needed + 16 * 1024);
    }
  }
}
