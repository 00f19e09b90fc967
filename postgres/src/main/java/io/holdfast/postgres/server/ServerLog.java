package io.holdfast.postgres.server;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The last lines of a server's log.
final class ServerLog {
  private static final int TAIL_BYTES = 64 * 1024;
  private static final int MOST_LINES = 12;
  private static final Pattern SERIOUS = Pattern.compile(".*\\b(ERROR|FATAL|PANIC): .*");
  private static final Pattern EXPLANATION = Pattern.compile(".*\\b(DETAIL|HINT|CONTEXT): .*");

  /// Said to clients that come too early, while all is well.
  private static final Pattern HARMLESS =
      Pattern.compile(".*FATAL: +(the database system is |role \").*");

  private ServerLog() {}

  /// The last lines that tell why a server failed: errors with what explains them, or where there
  /// are none simply the last lines.
  static List<String> reasons(Path log) throws IOException {
    List<String> lines = tail(log);
    List<String> serious = new ArrayList<>();
    boolean inSerious = false;
    for (String line : lines) {
      boolean begins = SERIOUS.matcher(line).matches() && !HARMLESS.matcher(line).matches();
      inSerious = begins || (inSerious && EXPLANATION.matcher(line).matches());
      if (inSerious) {
        serious.add(line);
      }
    }
    List<String> chosen = serious.isEmpty() ? lines : serious;
    return List.copyOf(chosen.subList(Math.max(0, chosen.size() - MOST_LINES), chosen.size()));
  }

  static List<String> tail(Path log) throws IOException {
    if (!Files.exists(log)) {
      return List.of();
    }
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long from = Math.max(0, file.length() - TAIL_BYTES);
      byte[] bytes = new byte[(int) (file.length() - from)];
      file.seek(from);
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
  }
}
