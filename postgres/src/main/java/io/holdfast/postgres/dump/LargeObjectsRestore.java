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
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// Puts large objects back from the stream that [LargeObjects] writes. *Confined.*
public final class LargeObjectsRestore {
  private static final int TEXT_BYTES_MAX = 1 << 20;
  private static final int OBJECTS_IN_TRANSACTION = 1_000;

  private final TargetDatabase target;
  private final Set<Part> parts;
  private final Transactions transactions;

  /// What is restored beside the content.
  public enum Part {
    OWNER,
    PRIVILEGES,
    COMMENT
  }

  /// How the work is cut.
  public enum Transactions {
    /// One for every thousand objects.
    OWN,
    /// All in the one that the caller began.
    CALLERS
  }

  public LargeObjectsRestore(TargetDatabase target, Set<Part> parts, Transactions transactions) {
    this.target = target;
    this.transactions = transactions;
    this.parts = Set.copyOf(parts);
  }

  /// How many objects a stream had, and how many of them were made.
  public record Count(long read, long made) {
    public static final Count NONE = new Count(0, 0);

    public Count plus(Count other) {
      return new Count(read + other.read, made + other.made);
    }
  }

  /// Makes objects of the stream.
  ///
  /// @param wanted those, by their numbers
  /// @throws BackupException that says what the server refuses, `OBJECT_CORRUPT` if the stream is
  ///   none
  public Count restore(InputStream stream, LongPredicate wanted) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    long read = 0;
    long made = 0;
    transact("BEGIN");
    for (int first = in.read(); first >= 0; first = in.read()) {
      try {
        made += object(first, in, wanted) ? 1 : 0;
      } catch (EOFException e) {
        throw damaged("it ends early", e);
      }
      read++;
      if (read % OBJECTS_IN_TRANSACTION == 0) {
        transact("COMMIT; BEGIN");
      }
    }
    transact("COMMIT");
    return new Count(read, made);
  }

  private void transact(String command) throws IOException {
    if (transactions == Transactions.OWN) {
      target.run("large objects", command);
    }
  }

  /// @return whether it was made
  private boolean object(int first, DataInputStream in, LongPredicate wanted) throws IOException {
    long number =
        (long) first << 24
            | (long) in.readUnsignedByte() << 16
            | (long) in.readUnsignedByte() << 8
            | in.readUnsignedByte();
    String owner = text(in);
    String privileges = text(in);
    String comment = text(in);
    String what = "large object " + number;
    boolean makes = wanted.test(number);
    if (makes) {
      target.run(what, "SELECT pg_catalog.lo_create(" + number + ")");
    }
    long offset = 0;
    int length;
    do {
      length = length(in, LargeObjects.PIECE_BYTES);
      byte[] piece = in.readNBytes(length);
      if (piece.length < length) {
        throw damaged("it ends early", null);
      }
      if (makes && length > 0) {
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
    if (makes) {
      run(Part.COMMENT, what, comment);
      run(Part.OWNER, what, owner);
      run(Part.PRIVILEGES, what, privileges);
    }
    return makes;
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
