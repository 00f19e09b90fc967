package io.holdfast.portable;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.testing.Seeds;
import io.holdfast.portable.seal.LegacySealed;
import io.holdfast.portable.seal.SealedOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// The process of [PortableMemoryTest].
final class SmallHeap {
  private static final int TEXT_CHARACTERS = 2_000;

  private SmallHeap() {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[1]);
    long bytes = Long.parseLong(args[2]);
    switch (args[0]) {
      case "write" -> write(file, bytes);
      case "read" -> read(file, bytes);
      default -> erp(file, Math.min(bytes, LegacySealed.PLAIN_BYTES_MAX));
    }
  }

  private static void write(Path file, long bytes) throws IOException {
    try (SealedOutputStream out =
        new SealedOutputStream(
            new BufferedOutputStream(Files.newOutputStream(file)), Sample.KEY, Entropy.secure())) {
      PortableWriter writer =
          new PortableWriter(
              out, Sample.ORIGIN, new Spool(file.resolveSibling("."), Entropy.secure()));
      List<Column> columns = List.of(new Column("id", "integer"), new Column("text", "text"));
      String text = "\u00e4\"x".repeat(TEXT_CHARACTERS / 3);
      try (TableWriter table = writer.table("big", new TableName("public", "big"), columns)) {
        for (long done = 0; done < bytes / 2; done += TEXT_CHARACTERS * 5 / 3) {
          table.row(Sample.row(Long.toString(done), text));
        }
        table.finish();
      }
      writer.asset("files", "big", bytes / 2, zeros(bytes / 2));
      writer.finish();
      out.finish();
    }
  }

  private static void read(Path file, long bytes) throws IOException {
    long[] characters = new long[1];
    try (PortableReader reader = PortableReader.open(file, Sample.KEY, PortableReading.plain())) {
      reader.readTable(
          reader.manifest().tables().getFirst(),
          row -> characters[0] += String.valueOf(row.values().getLast()).length());
      reader.copyAsset(reader.manifest().assets().getFirst(), OutputStream.nullOutputStream());
    }
    if (characters[0] < bytes / 10) {
      throw new IOException("only " + characters[0] + " characters came back");
    }
  }

  private static void erp(Path file, long bytes) throws IOException {
    LegacySealed sealed = new LegacySealed(Sample.KEY);
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      sealed.seal(noise(bytes), channel, Seeds.entropy(1), new Cancellation());
      try (InputStream plain =
          sealed.open(
              ByteSource.of(channel), BoundedGunzip.Limit.ofTotal(bytes), new Cancellation())) {
        long read = plain.transferTo(OutputStream.nullOutputStream());
        if (read != bytes) {
          throw new IOException("only " + read + " bytes came back");
        }
      }
    }
  }

  private static InputStream zeros(long size) {
    return new Repeated(new byte[1 << 16], size);
  }

  private static InputStream noise(long size) {
    return new Repeated(Seeds.entropy(3).bytes((1 << 16) + 1), size);
  }

  /// The same bytes again and again.
  private static final class Repeated extends InputStream {
    private final byte[] bytes;
    private long left;
    private int at;

    Repeated(byte[] bytes, long size) {
      this.bytes = bytes;
      this.left = size;
    }

    @Override
    public int read() {
      byte[] single = new byte[1];
      return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (left == 0) {
        return -1;
      }
      at = at == bytes.length ? 0 : at;
      int step = (int) Math.min(Math.min(length, left), bytes.length - at);
      System.arraycopy(bytes, at, target, offset, step);
      at += step;
      left -= step;
      return step;
    }
  }
}
