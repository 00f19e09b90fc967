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
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.stream.LongStream;

/// Of some suspect blocks those that replay of some WAL writes whole, whatever was on disk. Memory
/// depends on the suspects only, not on the WAL. Immutable after [#read].
final class ReplacedBlocks implements BiPredicate<String, Long> {
  private static final int READ_BYTES = 1 << 20;

  private final Map<Fork, Suspects> suspects = new HashMap<>();
  private final Lsn end;

  private record Fork(long tablespace, long database, long fileNumber, int fork) {
    static Optional<Fork> of(String path) {
      return RelationFile.parse(path)
          .map(
              file ->
                  new Fork(
                      file.tablespace(), file.database(), file.fileNumber(), file.fork().number()));
    }
  }

  /// Blocks in ascending order, and which of them are replaced.
  private static final class Suspects {
    private final long[] blocks;
    private final BitSet replaced = new BitSet();

    private Suspects(long[] sorted) {
      this.blocks = sorted;
    }

    /// With more blocks: those of another segment of the same fork.
    private Suspects with(Suspects other) {
      return new Suspects(
          LongStream.concat(Arrays.stream(blocks), Arrays.stream(other.blocks)).sorted().toArray());
    }

    private void replace(long block) {
      int at = Arrays.binarySearch(blocks, block);
      if (at >= 0) {
        replaced.set(at);
      }
    }

    private boolean isReplaced(long block) {
      int at = Arrays.binarySearch(blocks, block);
      return at >= 0 && replaced.get(at);
    }
  }

  private ReplacedBlocks(Map<String, long[]> suspectsByPath, Lsn end) {
    this.end = end;
    suspectsByPath.forEach(
        (path, blocks) ->
            Fork.of(path)
                .ifPresent(
                    fork ->
                        suspects.merge(
                            fork,
                            new Suspects(Arrays.stream(blocks).sorted().distinct().toArray()),
                            Suspects::with)));
  }

  /// Reads WAL from a record's start up to `end`.
  ///
  /// @param wal the bytes from `start` on
  /// @param suspects the blocks to look for, by the path of their file
  /// @throws BackupException `WAL_CORRUPT` if it cannot be read to its end
  static ReplacedBlocks read(
      WalFormat format, Lsn start, Lsn end, InputStream wal, Map<String, long[]> suspects)
      throws IOException {
    ReplacedBlocks replaced = new ReplacedBlocks(suspects, end);
    WalReader reader = WalReader.atRecord(format, start);
    byte[] buffer = new byte[READ_BYTES];
    int count = wal.read(buffer);
    while (count > 0 && reader.end().isEmpty()) {
      reader.feed(ByteBuffer.wrap(buffer, 0, count), replaced::note);
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

  /// True if replay writes this block, a suspect one, of the relation file at `path`.
  @Override
  public boolean test(String path, Long block) {
    return Fork.of(path).map(suspects::get).map(blocks -> blocks.isReplaced(block)).orElse(false);
  }

  private boolean note(WalRecord record) {
    for (BlockChange change : record.blockChanges()) {
      if (change.effect() == BlockChange.Effect.REPLACES) {
        Suspects blocks =
            suspects.get(
                new Fork(
                    change.tablespace(), change.database(), change.fileNumber(), change.fork()));
        if (blocks != null) {
          blocks.replace(change.block());
        }
      }
    }
    return record.end().isBefore(end);
  }
}
