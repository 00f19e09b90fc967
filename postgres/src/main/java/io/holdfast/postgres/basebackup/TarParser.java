package io.holdfast.postgres.basebackup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.manifest.RawPath;
import java.io.IOException;
import java.util.Arrays;

/// Takes a ustar archive apart as its bytes are pushed in, in pieces of any size. Understands
/// prefixes, sizes beyond octal, and GNU and pax long names. *Confined*.
public final class TarParser {
  private static final int BLOCK = 512;
  private static final int USTAR_AT = 257;
  private static final int LONG_NAME_BYTES_MAX = 64 << 10;
  private static final long FILE_BYTES_MAX = 1L << 44;

  /// What the archive holds, in its order. Paths as in the archive.
  public interface Handler {
    void directory(String name, Attributes attributes) throws IOException;

    void symlink(String name, String target, Attributes attributes) throws IOException;

    void fileBegin(String name, Attributes attributes) throws IOException;

    void fileData(byte[] bytes, int offset, int length) throws IOException;

    void fileEnd() throws IOException;
  }

  /// What tar knows of a member.
  public record Attributes(long size, int mode, long mtimeSeconds, long uid, long gid) {}

  private enum State {
    HEADER,
    FILE,
    LONG_NAME,
    SKIP,
    END
  }

  private final Handler handler;
  private final byte[] block = new byte[BLOCK];
  private int blockFill;
  private State state = State.HEADER;
  private long left;
  private int padding;
  private byte[] longName = new byte[0];
  private int longNameFill;
  private char longNameKind;
  private String nextName = "";
  private String nextLink = "";

  public TarParser(Handler handler) {
    this.handler = handler;
  }

  public void push(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      at +=
          switch (state) {
            case HEADER -> header(bytes, at, end - at);
            case FILE -> body(bytes, at, end - at);
            case LONG_NAME -> name(bytes, at, end - at);
            case SKIP -> skip(end - at);
            case END -> trailer(bytes, at, end - at);
          };
    }
  }

  /// To be called when the archive's bytes have ended.
  public void finish() throws IOException {
    boolean between = state == State.HEADER && blockFill == 0;
    if (state != State.END && !between) {
      throw violation("a tar archive ends in the middle of a member");
    }
  }

  private static int trailer(byte[] bytes, int at, int available) {
    for (int i = at; i < at + available; i++) {
      if (bytes[i] != 0) {
        throw violation("a tar archive goes on after its end");
      }
    }
    return available;
  }

  private int header(byte[] bytes, int at, int available) throws IOException {
    int step = Math.min(BLOCK - blockFill, available);
    System.arraycopy(bytes, at, block, blockFill, step);
    blockFill += step;
    if (blockFill == BLOCK) {
      blockFill = 0;
      member();
    }
    return step;
  }

  private void member() throws IOException {
    if (isZero()) {
      state = State.END;
      return;
    }
    requireChecksum();
    char type = (char) (block[156] & 0xff);
    long size = number(124, 12);
    if (size < 0 || size > FILE_BYTES_MAX) {
      throw violation("a tar member has a size of " + size);
    }
    var attributes =
        new Attributes(
            size, (int) number(100, 8) & 07777, number(136, 12), number(108, 8), number(116, 8));
    padding = (int) ((BLOCK - size % BLOCK) % BLOCK);
    left = size;
    switch (type) {
      case '0', '\0', '7' -> {
        handler.fileBegin(takeName(), attributes);
        state = State.FILE;
        if (left == 0) {
          endOfFile();
        }
      }
      case '5' -> {
        handler.directory(takeName(), attributes);
        beginSkip();
      }
      case '2' -> {
        String target = nextLink.isEmpty() ? text(157, 100) : nextLink;
        nextLink = "";
        handler.symlink(takeName(), target, attributes);
        beginSkip();
      }
      case 'L', 'K', 'x' -> beginLongName(type, size);
      case 'g' -> beginSkip();
      default -> throw violation("a tar member has the unknown type '" + type + "'");
    }
  }

  private void beginSkip() {
    left += padding;
    padding = 0;
    state = left == 0 ? State.HEADER : State.SKIP;
  }

  private int skip(int available) {
    int step = (int) Math.min(left, available);
    left -= step;
    if (left == 0) {
      state = State.HEADER;
    }
    return step;
  }

  private int body(byte[] bytes, int at, int available) throws IOException {
    int step = (int) Math.min(left, available);
    handler.fileData(bytes, at, step);
    left -= step;
    if (left == 0) {
      endOfFile();
    }
    return step;
  }

  private void endOfFile() throws IOException {
    handler.fileEnd();
    beginSkip();
  }

  private void beginLongName(char type, long size) {
    if (size > LONG_NAME_BYTES_MAX) {
      throw violation("a tar archive has a name of " + size + " bytes");
    }
    longNameKind = type;
    longName = new byte[(int) size];
    longNameFill = 0;
    state = State.LONG_NAME;
    if (size == 0) {
      beginSkip();
    }
  }

  private int name(byte[] bytes, int at, int available) {
    int step = Math.min(longName.length - longNameFill, available);
    System.arraycopy(bytes, at, longName, longNameFill, step);
    longNameFill += step;
    left -= step;
    if (left == 0) {
      String value = RawPath.decode(longName);
      switch (longNameKind) {
        case 'L' -> nextName = value.replace("\0", "");
        case 'K' -> nextLink = value.replace("\0", "");
        default -> pax(value);
      }
      beginSkip();
    }
    return step;
  }

  private void pax(String records) {
    for (String line : records.split("\n")) {
      int space = line.indexOf(' ');
      int equals = line.indexOf('=');
      if (space > 0 && equals > space) {
        String key = line.substring(space + 1, equals);
        if (key.equals("path")) {
          nextName = line.substring(equals + 1);
        } else if (key.equals("linkpath")) {
          nextLink = line.substring(equals + 1);
        } else if (key.equals("size")) {
          throw violation("a tar member has its size in a pax header");
        }
      }
    }
  }

  private String takeName() {
    String name = nextName;
    nextName = "";
    if (!name.isEmpty()) {
      return name;
    }
    String prefix = block[USTAR_AT] == 'u' ? text(345, 155) : "";
    return prefix.isEmpty() ? text(0, 100) : prefix + "/" + text(0, 100);
  }

  private String text(int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return RawPath.decode(Arrays.copyOfRange(block, offset, end));
  }

  private long number(int offset, int length) {
    if ((block[offset] & 0x80) != 0) {
      return binary(offset, length);
    }
    long value = 0;
    for (int i = offset; i < offset + length; i++) {
      int c = block[i];
      if (c >= '0' && c <= '7') {
        value = value << 3 | c - '0';
      } else if (c != ' ' && c != 0) {
        throw violation("a tar header has a number that is not octal");
      }
    }
    return value;
  }

  /// Base 256, as for sizes from 8 GiB on and for times before 1970.
  private long binary(int offset, int length) {
    boolean negative = (block[offset] & 0x40) != 0;
    long value = negative ? -1 : 0;
    for (int i = 0; i < length; i++) {
      int digit =
          i == 0 ? (block[offset] & 0x7f) | (negative ? 0x80 : 0) : block[offset + i] & 0xff;
      if (value >> 55 != (negative ? -1 : 0)) {
        throw violation("a tar header has a number of more than 64 bits");
      }
      value = value << 8 | digit;
    }
    return value;
  }

  private void requireChecksum() {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xff;
    }
    if (sum != number(148, 8)) {
      throw violation("a tar header does not match its checksum");
    }
  }

  private boolean isZero() {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private static BackupException violation(String what) {
    return new BackupException(
        ErrorCode.PROTOCOL_VIOLATION,
        "base backup: " + what,
        "Run the backup again; if it happens again, report it.");
  }
}
