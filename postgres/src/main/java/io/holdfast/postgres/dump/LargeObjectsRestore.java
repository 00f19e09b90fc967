package io.holdfast.postgres.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Puts large objects back from the stream that [LargeObjects] writes. *Confined.*
public final class LargeObjectsRestore {
  private static final int TEXT_BYTES_MAX = 1 << 20;
  private static final int OBJECTS_IN_TRANSACTION = 1_000;

  private final TargetDatabase target;
  private final Set<Part> parts;

  /// What is restored beside the content.
  public enum Part {
    OWNER,
    PRIVILEGES,
    COMMENT
  }

  public LargeObjectsRestore(TargetDatabase target, Set<Part> parts) {
    this.target = target;
    this.parts = Set.copyOf(parts);
  }

  /// Makes all objects of the stream.
  ///
  /// @return how many
  /// @throws BackupException that says what the server refuses, `OBJECT_CORRUPT` if the stream is
  ///   none
  public long restore(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    long count = 0;
    target.run("large objects", "BEGIN");
    for (int first = in.read(); first >= 0; first = in.read()) {
      try {
        object(first, in);
      } catch (EOFException e) {
        throw damaged("it ends early", e);
      }
      count++;
      if (count % OBJECTS_IN_TRANSACTION == 0) {
        target.run("large objects", "COMMIT; BEGIN");
      }
    }
    target.run("large objects", "COMMIT");
    return count;
  }

  private void object(int first, DataInputStream in) throws IOException {
    long number =
        (long) first << 24
            | (long) in.readUnsignedByte() << 16
            | (long) in.readUnsignedByte() << 8
            | in.readUnsignedByte();
    String owner = text(in);
    String privileges = text(in);
    String comment = text(in);
    String what = "large object " + number;
    target.run(what, "SELECT pg_catalog.lo_create(" + number + ")");
    long offset = 0;
    int length;
    do {
      length = length(in, LargeObjects.PIECE_BYTES);
      byte[] piece = in.readNBytes(length);
      if (piece.length < length) {
        throw damaged("it ends early", null);
      }
      if (length > 0) {
        target.run(
            what,
            "SELECT pg_catalog.lo_put("
                + number
                + ", "
                + offset
                + ", '\\x"
                + HexFormat.of().formatHex(piece)
                + "')");
      }
      offset += length;
    } while (length == LargeObjects.PIECE_BYTES);
    run(Part.COMMENT, what, comment);
    run(Part.OWNER, what, owner);
    run(Part.PRIVILEGES, what, privileges);
  }

  private void run(Part part, String what, String command) throws IOException {
    if (parts.contains(part) && !command.isEmpty()) {
      target.run(what, command);
    }
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(length(in, TEXT_BYTES_MAX)), StandardCharsets.UTF_8);
  }

  private static int length(DataInputStream in, int max) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > max) {
      throw damaged("a length of " + Integer.toUnsignedString(length), null);
    }
    return length;
  }

  private static BackupException damaged(String problem, @Nullable Exception cause) {
    return new BackupException(
        ErrorCode.OBJECT_CORRUPT,
        "the large objects of the dump are not what was written: " + problem,
        "Run 'holdfast verify' on this backup.",
        cause);
  }
}
