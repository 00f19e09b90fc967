package io.holdfast.repository.wal;

/// The WAL of one source and one cluster.
///
/// @param id the directory below `wal/`
/// @param source the name of the source
/// @param systemIdentifier of the cluster, unsigned
/// @param segmentBytes the size of its WAL files
public record WalLineage(String id, String source, long systemIdentifier, int segmentBytes) {
  static final int SOURCE_BYTES_MAX = 256;

  public WalLineage {
    if (!id.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException("not the name of a lineage: '" + id + "'");
    }
    if (source.isEmpty()
        || source.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > SOURCE_BYTES_MAX) {
      throw new IllegalArgumentException("bad source name '" + source + "'");
    }
    if (segmentBytes < 1 << 20 || segmentBytes > 1 << 30 || Integer.bitCount(segmentBytes) != 1) {
      throw new IllegalArgumentException("not a WAL segment size: " + segmentBytes);
    }
  }
}
