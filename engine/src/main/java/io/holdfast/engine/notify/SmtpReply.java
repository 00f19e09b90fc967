package io.holdfast.engine.notify;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a mail server answers to one command.
///
/// @param lines without the code
record SmtpReply(int code, List<String> lines) {
  private static final int LINES_MAX = 100;
  private static final int LINE_BYTES_MAX = 2000;

  static SmtpReply read(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < LINES_MAX; i++) {
      String line = line(in);
      if (!line.matches("[2-5][0-9]{2}([ -].*)?")) {
        throw new IOException("the answer is no SMTP");
      }
      lines.add(line.length() > 4 ? line.substring(4) : "");
      if (line.length() == 3 || line.charAt(3) == ' ') {
        return new SmtpReply(Integer.parseInt(line.substring(0, 3)), List.copyOf(lines));
      }
    }
    throw new IOException("the answer has too many lines");
  }

  /// What the server says about a capability, in upper case; empty if it has it not.
  Optional<String> capability(String name) {
    return lines.stream()
        .map(line -> line.toUpperCase(Locale.ROOT))
        .filter(line -> line.equals(name) || line.startsWith(name + " "))
        .findFirst();
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.length() < LINE_BYTES_MAX) {
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
    throw new IOException("a line of the answer is too long");
  }
}
