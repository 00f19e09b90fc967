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

/// A pack that grows in memory; its buffer is used again for the next one. *Confined*: guarded by
/// its lane while it is filled, then owned by the uploader.
final class PackBuilder {
  static final String TABLE_PURPOSE = "pack-table";

  private final int bytesTarget;
  private final RecordWriter entries = new RecordWriter(4096);
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
    long full = (long) size + frameBytes + (long) (count + 1) * PackFormat.ENTRY_BYTES;
    return count == 0 || (count < PackFormat.ENTRIES_MAX && full <= bytesTarget);
  }

  void append(ChunkType type, ChunkId id, byte[] frame, int frameBytes, int plainBytes) {
    reserve(Math.max(bytesTarget + bytesTarget / 64, size + frameBytes));
    System.arraycopy(frame, 0, bytes, size, frameBytes);
    new Entry(id, type, size, frameBytes, plainBytes).write(entries);
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
        entries.toBytes());
  }

  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  void reset() {
    entries.clear();
    size = PackFormat.HEADER_BYTES;
    count = 0;
  }

  /// `count u32`, the entries, then zeros up to a multiple of 32 entries.
  private byte[] paddedTable() {
    int padded = (count + 31) / 32 * 32 * PackFormat.ENTRY_BYTES;
    byte[] table = new byte[4 + padded];
    System.arraycopy(CryptoKit.be32(count), 0, table, 0, 4);
    byte[] plain = entries.toBytes();
    System.arraycopy(plain, 0, table, 4, plain.length);
    return table;
  }

  private void reserve(int needed) {
    if (bytes.length < needed) {
      bytes = Arrays.copyOf(bytes, needed + 16 * 1024);
    }
  }
}
