package io.holdfast.repository;

import io.holdfast.repository.IndexLoader.Loaded;
import io.holdfast.repository.PackFormat.Footer;
import io.holdfast.repository.PackFormat.Header;
import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.SealedObject;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.TruncatedBlobException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Reads packs by what they say themselves, without the index.
final class PackTables {
  private static final int PACKS_MAX = 1 << 24;

  private PackTables() {}

  /// Header, table and footer of a pack, read by ranges.
  static PackSection read(BlobStore store, KeyDomains domains, PackId id, int packBytes)
      throws IOException {
    BlobKey key = ObjectNames.pack(id);
    requireSize(packBytes, key.value());
    try {
      byte[] header = store.getRange(key, 0, PackFormat.HEADER_BYTES);
      int footerAt = packBytes - PackFormat.FOOTER_BYTES;
      byte[] end = store.getRange(key, footerAt, PackFormat.FOOTER_BYTES);
      Footer footer = Footer.decode(end, packBytes, key.value());
      byte[] table = store.getRange(key, footer.tableOffset(), footer.tableBytes());
      return section(domains, id, packBytes, header, footer, table);
    } catch (TruncatedBlobException e) {
      throw CorruptRepositoryException.damaged(key + " is too short", e);
    }
  }

  /// The same of a whole pack in memory, whose checksum is compared too.
  static PackSection read(KeyDomains domains, PackId id, byte[] pack) throws IOException {
    String name = ObjectNames.pack(id).value();
    requireSize(pack.length, name);
    int footerAt = pack.length - PackFormat.FOOTER_BYTES;
    byte[] end = Arrays.copyOfRange(pack, footerAt, pack.length);
    Footer footer = Footer.decode(end, pack.length, name);
    byte[] digest = CryptoKit.sha256(pack, 0, pack.length - Digest.BYTES);
    if (!footer.digest().equals(Digest.wrap(digest))) {
      throw CorruptRepositoryException.damaged(name + " does not match its checksum");
    }
    byte[] header = Arrays.copyOf(pack, PackFormat.HEADER_BYTES);
    byte[] table = Arrays.copyOfRange(pack, footer.tableOffset(), footerAt);
    return section(domains, id, pack.length, header, footer, table);
  }

  private static void requireSize(int packBytes, String name) {
    if (packBytes < PackFormat.HEADER_BYTES + PackFormat.FOOTER_BYTES
        || packBytes > PackFormat.PACK_BYTES_MAX) {
      throw CorruptRepositoryException.damaged(
          name + " has " + packBytes + " bytes, which no pack has");
    }
  }

  private static PackSection section(
      KeyDomains domains, PackId id, int packBytes, byte[] head, Footer footer, byte[] table)
      throws IOException {
    String name = ObjectNames.pack(id).value();
    Header header = Header.decode(head, name);
    if (!footer.digest().equals(id.digest())
        || !header.session().equals(id.session())
        || header.sequence() != id.sequence()) {
      throw CorruptRepositoryException.damaged(name + " lies under a wrong name");
    }
    Domain domain = domains.require(header.domain());
    byte[] plain =
        SealedObject.open(
            domain::metaKey,
            PackBuilder.TABLE_PURPOSE,
            domain.bound(head),
            table,
            0,
            table.length,
            PackFormat.TABLE_BYTES_MAX,
            name);
    return decode(plain, id, header, packBytes);
  }

  /// The decrypted table of a pack; zeros behind it are padding.
  static PackSection decode(byte[] plain, PackId id, Header header, int packBytes) {
    RecordReader in = new RecordReader(plain, ObjectNames.pack(id).value());
    int count = in.count(PackFormat.ENTRIES_MAX);
    byte[] entries = PackFormat.rawTable(in, count);
    in.zeros(in.remaining());
    PackSection section =
        new PackSection(
            id, header.domain(), header.keyVersion(), header.packing(), packBytes, count, entries);
    section.requireSound();
    return section;
  }

  /// An index made of every pack whose table can be read.
  static Loaded index(BlobStore store, KeyDomains domains) throws IOException {
    List<PackSection> sections = new ArrayList<>();
    List<CorruptRepositoryException> damaged = new ArrayList<>();
    long entries = 0;
    for (BlobStat pack : packs(store)) {
      try {
        PackId id =
            ObjectNames.parsePack(pack.key())
                .orElseThrow(
                    () -> CorruptRepositoryException.damaged(pack.key() + " is no pack's name"));
        PackSection section =
            read(store, domains, id, (int) Math.min(Integer.MAX_VALUE, pack.bytes()));
        sections.add(section);
        entries += section.count;
      } catch (CorruptRepositoryException e) {
        damaged.add(e);
      } catch (NoSuchBlobException e) {
        damaged.add(CorruptRepositoryException.missing(pack.key() + " is gone"));
      } catch (ShreddedDomainException _) {
        // Nobody can read it, and nobody is to.
      }
    }
    ChunkIndex.Builder builder = new ChunkIndex.Builder(entries);
    sections.forEach(builder::add);
    return new Loaded(builder.build(), MaintenanceState.none(), damaged);
  }

  private static List<BlobStat> packs(BlobStore store) throws IOException {
    List<BlobStat> packs = new ArrayList<>();
    store.list(
        ObjectNames.PACKS,
        pack -> {
          if (packs.size() == PACKS_MAX) {
            throw new IllegalStateException("more than " + PACKS_MAX + " packs");
          }
          packs.add(pack);
        });
    return packs;
  }
}
