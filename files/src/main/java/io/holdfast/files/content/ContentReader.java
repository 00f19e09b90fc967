package io.holdfast.files.content;

import io.holdfast.files.FileFacts.Region;
import io.holdfast.files.posix.Handle;
import java.io.IOException;
import java.util.List;

/// Reads the data of a file and cuts it into pieces. *Confined*; holds two buffers' worth of bytes,
/// whatever the file's size.
public final class ContentReader {
  /// Takes the pieces of a file in their order.
  @FunctionalInterface
  public interface PieceSink {
    /// The array belongs to the reader again afterwards.
    void piece(byte[] bytes, int offset, int length) throws IOException;
  }

  private static final int BUFFER_BYTES = 2 * Cutter.PIECE_BYTES_MAX;

  private final Cutter cutter;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int start;
  private int end;

  public ContentReader(Cutter cutter) {
    this.cutter = cutter;
  }

  /// Reads the first `size` bytes, in regions if there are any given.
  ///
  /// @return bytes handed out: fewer than asked for where the file ended early
  public long read(Handle file, List<Region> regions, PieceSink sink) throws IOException {
    start = 0;
    end = 0;
    long bytes = 0;
    for (Region region : regions) {
      long got = readRegion(file, region, sink);
      bytes += got;
      if (got < region.length()) {
        break;
      }
    }
    while (start < end) {
      cut(sink);
    }
    return bytes;
  }

  private long readRegion(Handle file, Region region, PieceSink sink) throws IOException {
    long done = 0;
    while (done < region.length()) {
      makeRoom(sink);
      int wanted = (int) Math.min(buffer.length - end, region.length() - done);
      int got = file.read(region.offset() + done, buffer, end, wanted);
      if (got < 0) {
        return done;
      }
      end += got;
      done += got;
    }
    return done;
  }

  private void makeRoom(PieceSink sink) throws IOException {
    if (end < buffer.length) {
      return;
    }
    while (end - start >= Cutter.PIECE_BYTES_MAX) {
      cut(sink);
    }
    System.arraycopy(buffer, start, buffer, 0, end - start);
    end -= start;
    start = 0;
  }

  private void cut(PieceSink sink) throws IOException {
    int length = cutter.pieceBytes(buffer, start, end - start);
    sink.piece(buffer, start, length);
    start += length;
  }
}
