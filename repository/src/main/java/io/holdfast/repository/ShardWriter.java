package io.holdfast.repository;

import io.holdfast.base.Entropy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Writes base index shards. An id begins with the number that the maintenance state will have at
/// the least which is to name it, so that a shard which no state came to name can be told from one
/// that is about to be named. *Confined.*
final class ShardWriter {
  private static final int RANDOM_BYTES = 8;

  private final Repository repository;
  private final long number;
  private final List<PackSection> pending = new ArrayList<>();
  private final List<String> written = new ArrayList<>();
  private int entries;

  /// @param number the number after that of the state it builds on
  ShardWriter(Repository repository, long number) {
    this.repository = repository;
    this.number = number;
  }

  /// The number a shard was written for.
  static long numberOf(String idHex) {
    return Long.parseUnsignedLong(idHex.substring(0, 2 * Long.BYTES), 16);
  }

  void add(PackSection section) throws IOException {
    if (entries > 0 && entries + section.count > IndexObject.ENTRIES_TARGET) {
      flush();
    }
    pending.add(section);
    entries += section.count;
  }

  private void flush() throws IOException {
    String id = id(repository.options().entropy());
    var key = ObjectNames.base(id);
    byte[] object =
        repository
            .mainDomain()
            .sealMeta(IndexObject.PURPOSE, key.value(), IndexObject.encode(pending));
    if (repository.puts().put(key, object) != ResolvedPut.Owner.OURS) {
      throw CorruptRepositoryException.damaged(key + " is there with other content");
    }
    written.add(id);
    pending.clear();
    entries = 0;
  }

  private String id(Entropy entropy) {
    ByteBuffer id = ByteBuffer.allocate(Hex16.BYTES).putLong(number);
    id.put(entropy.bytes(RANDOM_BYTES));
    return HexFormat.of().formatHex(id.array());
  }

  /// Writes what is left; the ids of all shards, which are durable.
  List<String> finish() throws IOException {
    if (!pending.isEmpty()) {
      flush();
    }
    return List.copyOf(written);
  }
}
