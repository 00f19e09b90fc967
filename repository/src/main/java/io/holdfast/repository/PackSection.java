package io.holdfast.repository;

import io.holdfast.repository.ChunkType.Packing;
import io.holdfast.repository.PackFormat.Entry;
import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import java.util.ArrayList;
import java.util.List;

/// A pack and its table as an index object lists them. Not changed once made.
final class PackSection {
  private static final int HEAD_BYTES = 16 + 4 + 32 + 16 + 4 + 1 + 3 + 4 + 4;

  final PackId pack;
  final DomainId domain;
  final int keyVersion;
  final Packing packing;
  final int packBytes;
  final int count;

  /// `count` entries of 48 bytes and the prefixes of those that are differences, checked.
  private final byte[] entries;

  PackSection(
      PackId pack,
      DomainId domain,
      int keyVersion,
      Packing packing,
      int packBytes,
      int count,
      byte[] entries) {
    this.pack = pack;
    this.domain = domain;
    this.keyVersion = keyVersion;
    this.packing = packing;
    this.packBytes = packBytes;
    this.count = count;
    this.entries = entries;
  }

  /// What is done with each entry.
  interface EachEntry {
    void accept(Entry entry);
  }

  int encodedBytes() {
    return HEAD_BYTES + entries.length;
  }

  void write(RecordWriter out) {
    out.raw(pack.session().toBytes())
        .u32(pack.sequence())
        .raw(pack.digest().toBytes())
        .raw(domain.toBytes())
        .u32(keyVersion)
        .u8(PackFormat.code(packing))
        .zeros(3)
        .u32(packBytes)
        .u32(count)
        .raw(entries);
  }

  static PackSection read(RecordReader in) {
    SessionId session = SessionId.of(in.raw(Hex16.BYTES));
    int sequence = in.u32();
    PackId pack = new PackId(session, sequence, in.digest());
    DomainId domain = DomainId.of(in.raw(Hex16.BYTES));
    int keyVersion = in.u32();
    Packing packing = PackFormat.packing(in);
    in.zeros(3);
    int packBytes = in.count(PackFormat.PACK_BYTES_MAX);
    int count = in.count(PackFormat.ENTRIES_MAX);
    byte[] entries = PackFormat.rawTable(in, count);
    PackSection section =
        new PackSection(pack, domain, keyVersion, packing, packBytes, count, entries);
    section.requireSound();
    return section;
  }

  /// @throws CorruptRepositoryException if an entry says what no pack can have
  void requireSound() {
    forEach(_ -> {});
  }

  void forEach(EachEntry each) {
    String what = "the table of " + pack;
    int lines = count * PackFormat.ENTRY_BYTES;
    RecordReader in = new RecordReader(entries, 0, lines, what);
    RecordReader prefixes = new RecordReader(entries, lines, entries.length - lines, what);
    for (int i = 0; i < count; i++) {
      each.accept(Entry.read(in, prefixes, packing, packBytes));
    }
    in.end();
    prefixes.end();
  }

  /// All entries, in order.
  List<Entry> entries() {
    List<Entry> all = new ArrayList<>(count);
    forEach(all::add);
    return all;
  }

  boolean sameEntries(PackSection other) {
    return java.util.Arrays.equals(entries, other.entries);
  }
}
