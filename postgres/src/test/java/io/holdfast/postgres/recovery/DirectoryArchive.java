package io.holdfast.postgres.recovery;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalIndexer;
import io.holdfast.postgres.wal.WalReader;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalSummary;
import io.holdfast.postgres.wal.WalVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The `pg_wal` of a stopped server with one timeline, as an archive: a range for each segment.
final class DirectoryArchive implements WalIndexSource {
  private static final WalSegmentSize SIZE = WalSegmentSize.DEFAULT;

  private final Path directory;
  private final Map<WalRange, WalSummary> ranges = new LinkedHashMap<>();
  final Lsn end;

  DirectoryArchive(Path directory, WalVersion version) throws IOException {
    this.directory = directory;
    WalFormat format = new WalFormat(version, SIZE, 1);
    List<WalSegmentName> names;
    try (Stream<Path> files = Files.list(directory)) {
      names =
          files
              .flatMap(file -> WalSegmentName.parse(file.getFileName().toString()).stream())
              .sorted(java.util.Comparator.comparing(WalSegmentName::toString))
              .toList();
    }
    WalReader reader = WalReader.anywhere(format, names.getFirst().start(SIZE));
    for (WalSegmentName name : names) {
      reader.feed(ByteBuffer.wrap(segment(name.start(SIZE))), record -> true);
    }
    end = reader.end().orElseThrow().at();
    WalIndexer indexer = WalIndexer.anywhere(format, names.getFirst().start(SIZE));
    for (WalSegmentName name : names) {
      Lsn start = name.start(SIZE);
      if (start.isBefore(end)) {
        Lsn to = name.end(SIZE).isBefore(end) ? name.end(SIZE) : end;
        indexer.accept(ByteBuffer.wrap(segment(start), 0, (int) to.minus(start)));
        ranges.put(new WalRange(1, start, to), indexer.cut(Optional.empty()));
      }
    }
  }

  private byte[] segment(Lsn start) throws IOException {
    return Files.readAllBytes(directory.resolve(WalSegmentName.of(1, start, SIZE).toString()));
  }

  @Override
  public List<WalRange> ranges(int timeline, Lsn from) {
    return timeline == 1 ? List.copyOf(ranges.keySet()) : List.of();
  }

  @Override
  public Optional<WalSummary> summary(WalRange range) {
    return Optional.ofNullable(ranges.get(range));
  }

  @Override
  public InputStream read(int timeline, Lsn from, Lsn to) throws IOException {
    Lsn start = SIZE.floor(from);
    return new ByteArrayInputStream(
        Arrays.copyOfRange(segment(start), SIZE.offsetOf(from), (int) to.minus(start)));
  }

  @Override
  public Optional<Instant> observedUntil(int timeline) {
    return Optional.empty();
  }
}
