package io.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.engine.wal.CapabilityFetch;
import io.holdfast.engine.wal.PlannedWal;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.engine.wal.WalCapability;
import io.holdfast.engine.wal.WalFetch;
import io.holdfast.engine.wal.WalPush;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.ResolvedTarget;
import io.holdfast.postgres.recovery.StopRule;
import io.holdfast.postgres.recovery.WalPiece;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// All ways of a segment into the archive and out of it. A program of its own, for a Java machine
/// with little memory.
final class LargeSegments {
  private static final long SYSTEM = 7;
  private static final int WAL_AFTER = (17 << 20) + 5;

  private final Path directory;
  private final WalSegmentSize size;
  private final Settings settings;
  private final WalSegmentName name;
  private final WalSegmentName next;
  private final Path segment;

  private LargeSegments(Path directory, WalSegmentSize size) {
    this.directory = directory;
    this.size = size;
    this.settings = TestEngine.settings(directory.resolve("repository"));
    this.name = WalSegmentName.of(1, new Lsn(size.bytes()), size);
    this.next = WalSegmentName.of(1, new Lsn(2L * size.bytes()), size);
    this.segment = directory.resolve(name.toString());
  }

  /// @param arguments an empty directory, MiB of a segment
  public static void main(String[] arguments) throws IOException {
    int megabytes = Integer.parseInt(arguments[1]);
    new LargeSegments(Path.of(arguments[0]), new WalSegmentSize(megabytes << 20)).run();
    System.out.println("all of " + megabytes + " MiB");
  }

  private void run() throws IOException {
    writeSegment();
    try (OpenRepository repository =
        new RepositoryAccess(TestEngine.context()).init(settings).repository()) {
      push(repository);
      WalArchive archive = SourceWal.all(repository.repository(), "main").getFirst();
      streamSomeOfTheNext(archive);
      fetch(repository);
      stage(archive);
      fetchWithCapability(repository, archive);
    }
  }

  private void push(OpenRepository repository) throws IOException {
    WalPush push = new WalPush(TestEngine.context(), repository);
    assertThat(push.push(settings, segment)).isEqualTo("stored");
    assertThat(push.push(settings, segment)).isEqualTo("already there");
    Path other = Files.createDirectory(directory.resolve("other")).resolve(name.toString());
    Files.move(segment, other);
    for (long changed : new long[] {100, size.bytes() - 1}) {
      flip(other, changed);
      assertThatThrownBy(() -> push.push(settings, other))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.WAL_CONFLICT));
      flip(other, changed);
    }
    Files.move(other, segment);
    assertThat(push.push(settings, segment)).isEqualTo("already there");
  }

  private void fetch(OpenRepository repository) throws IOException {
    WalFetch fetch = new WalFetch(TestEngine.context(), repository);
    Path out = directory.resolve("out");
    assertThat(fetch.fetch(settings, name.toString(), out)).isEqualTo(WalFetch.Outcome.FETCHED);
    requireSegment(out);
    assertThat(fetch.fetch(settings, next.toString(), out)).isEqualTo(WalFetch.Outcome.FETCHED);
    requireNext(out);
  }

  private void stage(WalArchive archive) throws IOException {
    new StagedWal(archive, directory, new Owner.Ourselves())
        .write(
            new ResolvedTarget(
                1,
                end(),
                StopRule.AFTER_RECORD,
                Optional.empty(),
                new Lsn(size.bytes()),
                new Lsn(3L * size.bytes()),
                pieces(),
                List.of(),
                List.of()),
            TestEngine.context());
    Path staged = directory.resolve(StagedWal.DIRECTORY);
    requireSegment(staged.resolve(name.toString()));
    requireNext(staged.resolve(next.toString()));
  }

  private void fetchWithCapability(OpenRepository repository, WalArchive archive)
      throws IOException {
    Path file = directory.resolve("capability");
    PlannedWal plan =
        new PlannedWal(size, new Lsn(size.bytes()), new Lsn(3L * size.bytes()), pieces());
    WalCapability capability =
        new WalCapability(
            directory.resolve("repository").toString(),
            archive.lineage(),
            plan,
            SourceWal.grant(repository.repository(), "main"));
    Files.writeString(file, capability.encode().expose());
    CapabilityFetch fetch = new CapabilityFetch(TestEngine.context());
    Path out = directory.resolve("out");
    assertThat(fetch.fetch(file, Optional.empty(), name.toString(), out))
        .isEqualTo(WalFetch.Outcome.FETCHED);
    requireSegment(out);
    assertThat(fetch.fetch(file, Optional.empty(), next.toString(), out))
        .isEqualTo(WalFetch.Outcome.FETCHED);
    requireNext(out);
  }

  private List<WalPiece> pieces() {
    return List.of(new WalPiece(1, new Lsn(size.bytes()), end()));
  }

  private Lsn end() {
    return new Lsn(2L * size.bytes() + WAL_AFTER);
  }

  /// Begins as a segment does; then 64 MiB that cannot be compressed, and a hole up to the end.
  private void writeSegment() throws IOException {
    try (FileChannel channel =
        FileChannel.open(segment, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int piece = 0; piece < 64; piece++) {
        channel.write(ByteBuffer.wrap(noise(piece)), (long) piece << 20);
      }
      channel.write(
          ByteBuffer.allocate(40)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putShort((short) WalVersion.V15.pageMagic())
              .putShort((short) 2)
              .putInt(1)
              .putLong(size.bytes())
              .putLong(0)
              .putLong(SYSTEM)
              .putInt(size.bytes())
              .putInt(8192)
              .flip(),
          0);
      if (channel.size() < size.bytes()) {
        channel.write(ByteBuffer.allocate(1), size.bytes() - 1);
      }
    }
  }

  private void streamSomeOfTheNext(WalArchive archive) throws IOException {
    long start = 2L * size.bytes();
    for (int done = 0; done < WAL_AFTER; ) {
      byte[] wal = noise(100 + done);
      int step = Math.min(wal.length, WAL_AFTER - done);
      archive.put(new WalRange(1, start + done, start + done + step), wal, 0, step, new byte[0]);
      done += step;
    }
  }

  private void requireSegment(Path file) throws IOException {
    assertThat(Files.mismatch(file, segment)).as(file.toString()).isEqualTo(-1);
  }

  /// What was streamed, and zeros.
  private void requireNext(Path file) throws IOException {
    assertThat(Files.size(file)).isEqualTo(size.bytes());
    try (FileChannel channel = FileChannel.open(file)) {
      for (int done = 0; done < size.bytes(); done += 1 << 20) {
        byte[] expected = new byte[1 << 20];
        if (done < WAL_AFTER) {
          System.arraycopy(noise(100 + done), 0, expected, 0, Math.min(1 << 20, WAL_AFTER - done));
        }
        ByteBuffer read = ByteBuffer.allocate(1 << 20);
        while (read.hasRemaining() && channel.read(read) >= 0) {}
        assertThat(Arrays.equals(read.array(), expected)).as("at %d", done).isTrue();
      }
    }
  }

  private static byte[] noise(long seed) {
    return Seeds.entropy(seed).bytes(1 << 20);
  }

  private static void flip(Path file, long position) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, position);
      channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1)}), position);
    }
  }
}
