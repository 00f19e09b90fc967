package io.holdfast.postgres.basebackup;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.manifest.ChecksumAlgorithm;
import io.holdfast.postgres.manifest.FileDigest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Keeps names and checksums of what arrives, and the content of small files.
class DigestingReceiver implements BackupReceiver {
  private static final int KEPT_BYTES_MAX = 64 << 10;

  final ChecksumAlgorithm algorithm;
  final Map<String, String> checksums = new LinkedHashMap<>();
  final Map<String, Meta> metas = new LinkedHashMap<>();
  final Map<String, byte[]> small = new LinkedHashMap<>();
  final List<String> directories = new ArrayList<>();
  final List<String> links = new ArrayList<>();
  final ByteArrayOutputStream manifest = new ByteArrayOutputStream();
  List<Tablespace> tablespaces = List.of();
  Optional<Lsn> start = Optional.empty();
  long expected;
  String last = "";
  String command = "";
  private Optional<Meta> open = Optional.empty();
  private FileDigest digest = FileDigest.of(ChecksumAlgorithm.NONE);
  private ByteArrayOutputStream content = new ByteArrayOutputStream();
  private long bytes;

  DigestingReceiver(ChecksumAlgorithm algorithm) {
    this.algorithm = algorithm;
  }

  @Override
  public void expected(long bytes) {
    expected = bytes;
  }

  @Override
  public void started(Lsn start, int timeline, List<Tablespace> tablespaces) {
    this.start = Optional.of(start);
    this.tablespaces = tablespaces;
  }

  @Override
  public void directory(Meta meta) {
    directories.add(meta.path());
  }

  @Override
  public void symlink(Meta meta, String target) {
    links.add(meta.path());
  }

  @Override
  public void fileBegin(Meta meta) {
    if (open.isPresent()) {
      throw new AssertionError("two files at once");
    }
    open = Optional.of(meta);
    digest = FileDigest.of(algorithm);
    content = new ByteArrayOutputStream();
    bytes = 0;
  }

  @Override
  public void fileData(byte[] buffer, int offset, int length) throws IOException {
    digest.update(buffer, offset, length);
    bytes += length;
    if (content.size() < KEPT_BYTES_MAX) {
      content.write(buffer, offset, length);
    }
  }

  @Override
  public void fileEnd() {
    Meta meta = open.orElseThrow();
    if (bytes != meta.size()) {
      throw new AssertionError(meta + " has " + bytes + " bytes");
    }
    last = meta.path();
    metas.put(meta.path(), meta);
    if (checksums.put(meta.path(), digest.hex()) != null) {
      throw new AssertionError(meta.path() + " came twice");
    }
    if (bytes <= KEPT_BYTES_MAX) {
      small.put(meta.path(), content.toByteArray());
    }
    open = Optional.empty();
  }

  @Override
  public void manifestData(byte[] buffer, int offset, int length) {
    manifest.write(buffer, offset, length);
  }
}
