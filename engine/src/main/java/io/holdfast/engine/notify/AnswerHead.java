package io.holdfast.engine.notify;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the status of an answer in HTTP/1.1, and the lines up to the empty one.
final class AnswerHead {
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})( .*)?");
  private static final int INTERIM_MAX = 5;

  private final InputStream in;
  private int bytesLeft;

  /// @param bytesMax of all heads together
  AnswerHead(InputStream in, int bytesMax) {
    this.in = in;
    this.bytesLeft = bytesMax;
  }

  /// The status of the answer, after those that only say that it is on its way.
  int status() throws IOException {
    for (int i = 0; i <= INTERIM_MAX; i++) {
      Matcher matcher = STATUS.matcher(line());
      if (!matcher.matches()) {
        throw new IOException("the answer is no HTTP");
      }
      int status = Integer.parseInt(matcher.group(1));
      skipHeaders();
      if (status >= 200) {
        return status;
      }
    }
    throw new IOException("the answer never came to an end");
  }

  private void skipHeaders() throws IOException {
    while (!line().isEmpty()) {
      // bytesLeft ends it
    }
  }

  private String line() throws IOException {
    StringBuilder text = new StringBuilder();
    while (true) {
      if (bytesLeft-- <= 0) {
        throw new IOException("the head of the answer is too large");
      }
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the connection ended before the answer did");
      }
      if (next == '\n') {
        int length = text.length();
        return length > 0 && text.charAt(length - 1) == '\r'
            ? text.substring(0, length - 1)
            : text.toString();
      }
      text.append((char) next);
    }
  }
}
