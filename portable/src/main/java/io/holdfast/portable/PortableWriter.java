package io.holdfast.portable;

import io.holdfast.base.Invariant;
import io.holdfast.portable.tar.TarWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Writes one portable file into a stream, in constant memory but for what the manifest keeps: a
/// few hundred bytes for each table, asset and reference. Only [#finish] makes it whole: without it
/// there is no manifest, and a reader refuses the file. *Confined*.
public final class PortableWriter {
  private static final int ID_BYTES = 16;

  /// What was written.
  ///
  /// @param fileName what the file should be called; with `.enc` behind it if it was sealed
  /// @param sha256 of the tar
  public record Written(String fileName, String sha256, long bytes, Manifest manifest) {}

  private final Counted out;
  private final TarWriter tar;
  private final PortableOrigin origin;
  private final Spool spool;
  private final String id;
  private final Set<String> names = new HashSet<>();
  private final List<ExportedTable> tables = new ArrayList<>();
  private final List<ExportedAsset> assets = new ArrayList<>();
  private final List<ReferencedRows> references = new ArrayList<>();
  private final List<SequenceValue> sequences = new ArrayList<>();
  private int unfinished;

  /// Writes the first entry. `out` stays the caller's, who closes it, and syncs it if it is a file.
  public PortableWriter(OutputStream out, PortableOrigin origin, Spool spool) throws IOException {
    this.out = new Counted(out);
    this.origin = origin;
    this.spool = spool;
    this.id = HexFormat.of().formatHex(spool.entropy().bytes(ID_BYTES));
    this.tar = new TarWriter(this.out, origin.createdAt());
    put(PortableNames.HEADER, ManifestText.header(id, origin));
  }

  /// Begins a table.
  ///
  /// @param name export name: what it is called in the file
  public TableWriter table(String name, TableName table, List<Column> columns) throws IOException {
    PortableNames.requirePlain(name, "the export name of a table");
    requireNew("data/" + name.toLowerCase(Locale.ROOT));
    unfinished++;
    return new TableWriter(
        this,
        name,
        table,
        columns,
        spool.begin(),
        finished -> {
          tables.add(finished);
          unfinished--;
        });
  }

  /// Writes an asset of exactly `size` bytes.
  ///
  /// @param name any text of 1 to 1,024 bytes, as the rows name it
  /// @throws IOException if `content` has fewer bytes or more; the file can then not be finished
  public void asset(String group, String name, long size, InputStream content) throws IOException {
    String file = beginAsset(group, name);
    MessageDigest sha256 = Sha256.create();
    tar.entry(file, size, new DigestInputStream(content, sha256));
    if (content.read() >= 0) {
      throw new IOException(file + " has more than " + size + " bytes: it grew while it was read");
    }
    endAsset(new ExportedAsset(group, name, size, Sha256.hex(sha256)));
  }

  /// As above, where nobody knows how many bytes there are: they are spooled.
  public void asset(String group, String name, InputStream content) throws IOException {
    String file = beginAsset(group, name);
    MessageDigest sha256 = Sha256.create();
    try (SpooledContent spooled = spool.begin()) {
      new DigestInputStream(content, sha256).transferTo(spooled);
      put(file, spooled);
      endAsset(new ExportedAsset(group, name, spooled.size(), Sha256.hex(sha256)));
    }
  }

  private String beginAsset(String group, String name) {
    PortableNames.requirePlain(group, "the name of a group of assets");
    String file = PortableNames.ofAsset(group, name);
    requireNew(file);
    unfinished++;
    return file;
  }

  private void endAsset(ExportedAsset asset) {
    assets.add(asset);
    unfinished--;
  }

  public void reference(ReferencedRows rows) {
    references.add(rows);
  }

  public void sequence(SequenceValue value) {
    sequences.add(value);
  }

  private void requireNew(String name) {
    Invariant.check(names.add(name), "nothing goes into a portable file twice: " + name);
  }

  /// Writes the manifest and the end, and flushes.
  public Written finish() throws IOException {
    Invariant.check(unfinished == 0, "a portable file is finished only when all of it is in it");
    unfinished = -1;
    Manifest manifest = new Manifest(id, origin, tables, assets, references, sequences);
    MessageDigest sha256 = Sha256.create();
    try (SpooledContent spooled = spool.begin()) {
      ManifestText.write(manifest, new java.security.DigestOutputStream(spooled, sha256));
      put(PortableNames.MANIFEST, spooled);
    }
    put(PortableNames.MANIFEST_SUM, ManifestText.sum(Sha256.hex(sha256)));
    tar.finish();
    String whole = Sha256.hex(out.sha256);
    return new Written(PortableNames.ofFile(origin.createdAt(), whole), whole, out.bytes, manifest);
  }

  void put(String name, SpooledContent spooled) throws IOException {
    try (InputStream content = spooled.content()) {
      tar.entry(name, spooled.size(), content);
    }
  }

  private void put(String name, byte[] content) throws IOException {
    tar.entry(name, content.length, new java.io.ByteArrayInputStream(content));
  }

  private static final class Counted extends FilterOutputStream {
    private final MessageDigest sha256 = Sha256.create();
    private long bytes;

    Counted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      out.write(buffer, offset, length);
      sha256.update(buffer, offset, length);
      bytes += length;
    }
  }
}
