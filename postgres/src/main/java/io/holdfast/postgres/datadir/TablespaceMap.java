package io.holdfast.postgres.datadir;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// File `tablespace_map`: where the links in `pg_tblspc` lead. One line each: object number, space,
/// path, in which newline, carriage return and backslash follow a backslash.
public record TablespaceMap(List<Tablespace> tablespaces) {
  /// Where the file lies within a data directory.
  public static final String PATH = "tablespace_map";

  private static final int MOST = 100_000;

  public TablespaceMap {
    tablespaces = List.copyOf(tablespaces);
  }

  /// One tablespace and the directory its link leads to.
  public record Tablespace(long objectNumber, String location) {}

  /// Reads the file's text.
  public static TablespaceMap parse(String text) {
    List<Tablespace> found = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    boolean escaped = false;
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (escaped) {
        line.append(c);
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == '\n' || c == '\r') {
        add(found, line);
      } else {
        line.append(c);
      }
    }
    add(found, line);
    return new TablespaceMap(found);
  }

  /// The file's text.
  public String format() {
    StringBuilder text = new StringBuilder();
    for (Tablespace tablespace : tablespaces) {
      text.append(tablespace.objectNumber()).append(' ');
      for (char c : tablespace.location().toCharArray()) {
        if (c == '\n' || c == '\r' || c == '\\') {
          text.append('\\');
        }
        text.append(c);
      }
      text.append('\n');
    }
    return text.toString();
  }

  /// The same tablespaces at other places.
  ///
  /// @param moves new location by old location; what is not named stays
  /// @throws BackupException `BAD_ARGUMENT` if a move names no tablespace, or two end in one place
  public TablespaceMap moved(Map<String, String> moves) {
    Set<String> unused = new TreeSet<>(moves.keySet());
    Map<String, Tablespace> result = new LinkedHashMap<>();
    for (Tablespace tablespace : tablespaces) {
      String location = moves.getOrDefault(tablespace.location(), tablespace.location());
      unused.remove(tablespace.location());
      Tablespace other = result.put(location, new Tablespace(tablespace.objectNumber(), location));
      if (other != null) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "two tablespaces would lie in " + location,
            "Give each tablespace a directory of its own with --tablespace OLD=NEW.");
      }
    }
    if (!unused.isEmpty()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the backup has no tablespace at " + String.join(", ", unused),
          "Its tablespaces lie at: " + locations());
    }
    return new TablespaceMap(List.copyOf(result.values()));
  }

  private String locations() {
    return tablespaces.isEmpty()
        ? "(there are none)"
        : String.join(", ", tablespaces.stream().map(Tablespace::location).toList());
  }

  private static void add(List<Tablespace> found, StringBuilder line) {
    if (line.isEmpty()) {
      return;
    }
    int space = line.indexOf(" ");
    if (space < 1 || space == line.length() - 1 || found.size() == MOST) {
      throw malformed(line.toString());
    }
    try {
      long number = Long.parseLong(line, 0, space, 10);
      found.add(new Tablespace(number, line.substring(space + 1)));
    } catch (NumberFormatException e) {
      throw malformed(line.toString());
    }
    line.setLength(0);
  }

  private static BackupException malformed(String line) {
    return new BackupException(
        ErrorCode.OBJECT_CORRUPT,
        "the tablespace map has a line that cannot be read: '" + line + "'",
        "Restore from another backup.");
  }
}
