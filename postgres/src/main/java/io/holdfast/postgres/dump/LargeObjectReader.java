package io.holdfast.postgres.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Takes the stream that [LargeObjects] writes apart, as it comes in pieces of any length. Holds no
/// more than the texts of one object. *Confined.*
public final class LargeObjectReader {
  /// Bytes of a piece of a content.
  public static final int PIECE_BYTES = LargeObjects.PIECE_BYTES;

  private static final int TEXT_BYTES_MAX = 1 << 20;
  private static final String NAME = "(\"(?:[^\"]++|\"\")++\"|[a-z_][a-z0-9_$]*|PUBLIC)";
  private static final Pattern OWNER =
      Pattern.compile("ALTER LARGE OBJECT \\d+ OWNER TO " + NAME, Pattern.DOTALL);
  private static final Pattern PRIVILEGE =
      Pattern.compile(
          "\\G(?:REVOKE ALL ON LARGE OBJECT \\d+ FROM "
              + NAME
              + "|; GRANT (SELECT|UPDATE) ON LARGE OBJECT \\d+ TO "
              + NAME
              + "(?: WITH GRANT OPTION)?)",
          Pattern.DOTALL);

  private final Sink sink;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  private final List<String> texts = new ArrayList<>();
  private State state = State.NUMBER;
  private int wanted = Integer.BYTES;
  private int pieceBytes;
  private long number;
  private Head head = new Head(0, Optional.empty(), List.of());

  /// What is said about an object.
  ///
  /// @param number that it had
  public record Head(long number, Optional<String> owner, List<Grant> grants) {
    public Head {
      grants = List.copyOf(grants);
    }
  }

  /// A privilege that somebody has beside the owner.
  ///
  /// @param role empty for everybody
  public record Grant(String privilege, String role) {}

  /// Takes what comes out; an object's pieces come between its begin and its end.
  public interface Sink {
    void begin(Head head) throws IOException;

    /// @param bytes valid only during the call
    void piece(byte[] bytes, int offset, int length) throws IOException;

    void end(Head head) throws IOException;
  }

  private enum State {
    NUMBER,
    TEXT_LENGTH,
    TEXT,
    PIECE_LENGTH,
    PIECE
  }

  public LargeObjectReader(Sink sink) {
    this.sink = sink;
  }

  /// Takes the next bytes.
  ///
  /// @throws BackupException `OBJECT_CORRUPT` if they are no such stream
  public void take(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      int step = Math.min(wanted, end - at);
      if (state == State.PIECE) {
        sink.piece(bytes, at, step);
      } else {
        pending.write(bytes, at, step);
      }
      at += step;
      wanted -= step;
      // Lengths of zero need no bytes.
      while (wanted == 0) {
        next();
      }
    }
  }

  /// Says that nothing follows.
  ///
  /// @throws BackupException `OBJECT_CORRUPT` if something is missing
  public void finish() {
    if (state != State.NUMBER || pending.size() > 0) {
      throw damaged("it ends early");
    }
  }

  private void next() throws IOException {
    switch (state) {
      case NUMBER -> {
        number = Integer.toUnsignedLong(integer());
        texts.clear();
        go(State.TEXT_LENGTH, Integer.BYTES);
      }
      case TEXT_LENGTH -> go(State.TEXT, length(TEXT_BYTES_MAX));
      case TEXT -> {
        texts.add(pending.toString(StandardCharsets.UTF_8));
        pending.reset();
        if (texts.size() < 3) {
          go(State.TEXT_LENGTH, Integer.BYTES);
        } else {
          head = new Head(number, owner(texts.get(0)), grants(texts.get(1)));
          sink.begin(head);
          go(State.PIECE_LENGTH, Integer.BYTES);
        }
      }
      case PIECE_LENGTH -> {
        pieceBytes = length(PIECE_BYTES);
        go(State.PIECE, pieceBytes);
      }
      case PIECE -> {
        if (pieceBytes == PIECE_BYTES) {
          go(State.PIECE_LENGTH, Integer.BYTES);
        } else {
          sink.end(head);
          go(State.NUMBER, Integer.BYTES);
        }
      }
    }
  }

  private void go(State then, int bytes) {
    state = then;
    wanted = bytes;
  }

  private int integer() {
    int value = ByteBuffer.wrap(pending.toByteArray()).getInt();
    pending.reset();
    return value;
  }

  private int length(int max) {
    int length = integer();
    if (length < 0 || length > max) {
      throw damaged("a length of " + Integer.toUnsignedString(length));
    }
    return length;
  }

  private static Optional<String> owner(String command) {
    Matcher found = OWNER.matcher(command);
    return found.matches() ? Optional.of(plain(found.group(1))) : Optional.empty();
  }

  private static List<Grant> grants(String commands) {
    List<Grant> grants = new ArrayList<>();
    Matcher found = PRIVILEGE.matcher(commands);
    while (found.find()) {
      if (found.group(2) != null) {
        String role = found.group(3);
        grants.add(new Grant(found.group(2), role.equals("PUBLIC") ? "" : plain(role)));
      }
    }
    return grants;
  }

  private static String plain(String name) {
    return name.startsWith("\"")
        ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
        : name;
  }

  private static BackupException damaged(String problem) {
    return new BackupException(
        ErrorCode.OBJECT_CORRUPT,
        "the large objects of the backup are not what was written: " + problem,
        "Run 'holdfast verify' on this backup.");
  }
}
