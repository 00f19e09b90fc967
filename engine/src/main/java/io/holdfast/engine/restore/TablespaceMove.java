package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The argument `OLD=NEW` of `--tablespace`: both absolute; a `=` within a path follows a
/// backslash.
public record TablespaceMove(String from, String to) {
  /// @throws BackupException `BAD_ARGUMENT` if the text is something else
  public static TablespaceMove parse(String text) {
    StringBuilder from = new StringBuilder();
    int at = 0;
    while (at < text.length() && text.charAt(at) != '=') {
      boolean escaped = text.startsWith("\\=", at);
      from.append(text.charAt(escaped ? at + 1 : at));
      at += escaped ? 2 : 1;
    }
    String to = at < text.length() ? text.substring(at + 1).replace("\\=", "=") : "";
    if (!isDirectory(from.toString()) || !isDirectory(to)) {
      throw wrong("'" + text + "' is not of the form OLD=NEW with two absolute directories");
    }
    return new TablespaceMove(withoutSlash(from.toString()), withoutSlash(to));
  }

  /// A path as it is written in the argument.
  static String escaped(String path) {
    return path.replace("=", "\\=");
  }

  /// New location by old one.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if one is moved twice
  public static Map<String, String> byOldLocation(List<TablespaceMove> moves) {
    Map<String, String> result = new LinkedHashMap<>();
    for (TablespaceMove move : moves) {
      if (result.put(move.from, move.to) != null) {
        throw wrong("the tablespace at " + move.from + " is moved twice");
      }
    }
    return result;
  }

  private static boolean isDirectory(String path) {
    return path.length() > 1
        && path.startsWith("/")
        && path.chars().noneMatch(c -> c == '\n' || c == '\r' || c == 0);
  }

  private static String withoutSlash(String path) {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private static BackupException wrong(String message) {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        message,
        "Write for example --tablespace /data/fast=/restore/fast; a = in a path as \\=.");
  }
}
