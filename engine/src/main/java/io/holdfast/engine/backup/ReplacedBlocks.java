package io.holdfast.engine.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.datadir.RelationFile;
import io.holdfast.postgres.wal.BlockChange;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalReader;
import io.holdfast.postgres.wal.WalRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiPredicate;

/// The blocks that replay of some WAL writes whole, whatever was on disk. Immutable after [#read].
final class ReplacedBlocks implements BiPredicate<String, Long> {
  private static final int READ_BYTES = 1 << 20;

  /// Bounds memory; blocks beyond it count as not replaced, which is the safe side.
  private static final int BLOCKS_MAX = 1_000_000;

  private final Set<Block> blocks = new HashSet<>();
  private final Lsn end;

  private record Block(long tablespace, long database, long fileNumber, int fork, long number) {}

  private ReplacedBlocks(Lsn end) {
    this.end = end;
  }

  /// Reads WAL from a record's start up to `end`.
  ///
  /// @param wal the bytes from `start` on
  /// @throws BackupException `WAL_CORRUPT` if it cannot be read to its end
  static ReplacedBlocks read(WalFormat format, Lsn start, Lsn end, InputStream wal)
      throws IOException {
    ReplacedBlocks replaced = new ReplacedBlocks(end);
    WalReader reader = WalReader.atRecord(format, start);
    byte[] buffer = new byte[READ_BYTES];
    int count = wal.read(buffer);
    while (count > 0 && reader.end().isEmpty()) {
      reader.feed(ByteBuffer.wrap(buffer, 0, count), replaced::add);
      count = wal.read(buffer);
    }
    if (reader.end().isPresent() && reader.end().get().at().isBefore(end)) {
      throw new BackupException(
          ErrorCode.WAL_CORRUPT,
          "the WAL of the backup ends at " + reader.end().get().at() + ", before " + end,
          "Nothing was published. Run the backup again.");
    }
    return replaced;
  }

  /// True if replay writes this block of the relation file at `path`.
  @Override
  public boolean test(String path, Long block) {
    return RelationFile.parse(path)
        .map(
            file ->
                blocks.contains(
                    new Block(
                        file.tablespace(),
                        file.database(),
                        file.fileNumber(),
                        file.fork().number(),
                        block)))
        .orElse(false);
  }

  private boolean add(WalRecord record) {
    for (BlockChange change : record.blockChanges()) {
      if (change.effect() == BlockChange.Effect.REPLACES && blocks.size() < BLOCKS_MAX) {
        blocks.add(
            new Block(
                change.tablespace(),
                change.database(),
                change.fileNumber(),
                change.fork(),
                change.block()));
      }
    }
    return record.end().isBefore(end);
  }
}
