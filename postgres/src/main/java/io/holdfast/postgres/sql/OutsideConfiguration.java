package io.holdfast.postgres.sql;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// Configuration files that lie outside the data directory, as on Debian and Ubuntu, with their
/// content.
///
/// @param files full path on the source to content
/// @param origin whether `postgresql.conf` is the file itself or was written from `pg_settings`
/// @param main the path of postgresql.conf, pg_hba.conf and pg_ident.conf on the source
public record OutsideConfiguration(
    Map<String, String> files, Origin origin, Map<String, String> main) {
  private static final int FILE_CHARACTERS_MAX = 4 << 20;
  private static final int FILES_MAX = 200;

  /// Where the content comes from.
  public enum Origin {
    /// Everything is inside the data directory.
    INSIDE,
    /// The files themselves were read.
    FILES,
    /// Written from `pg_settings`, because the role may not read files.
    SETTINGS
  }

  /// Reads what the role may read.
  public static OutsideConfiguration read(SqlConnection sql, ServerFacts facts) {
    String dataDirectory = facts.setting("data_directory").orElse("");
    Map<String, String> main = new LinkedHashMap<>();
    for (String name : List.of("config_file", "hba_file", "ident_file")) {
      facts.setting(name).ifPresent(path -> main.put(name, path));
    }
    if (main.isEmpty() || dataDirectory.isEmpty()) {
      return generated(sql, main);
    }
    var wanted = new TreeSet<String>();
    main.values().stream().filter(path -> isOutside(path, dataDirectory)).forEach(wanted::add);
    if (wanted.isEmpty()) {
      return new OutsideConfiguration(Map.of(), Origin.INSIDE, main);
    }
    try {
      sql
          .query("SELECT DISTINCT sourcefile FROM pg_file_settings WHERE sourcefile IS NOT NULL")
          .stream()
          .map(List::getFirst)
          .filter(path -> isOutside(path, dataDirectory))
          .forEach(wanted::add);
    } catch (io.holdfast.base.BackupException _) {
      // Only superusers see it; the main files are tried all the same.
    }
    Map<String, String> files = new LinkedHashMap<>();
    for (String path : wanted) {
      if (files.size() < FILES_MAX) {
        readFile(sql, path).ifPresent(content -> files.put(path, content));
      }
    }
    String configFile = main.getOrDefault("config_file", "");
    return files.containsKey(configFile) || !wanted.contains(configFile)
        ? new OutsideConfiguration(files, Origin.FILES, main)
        : generated(sql, main);
  }

  private static boolean isOutside(String path, String dataDirectory) {
    return !path.startsWith(dataDirectory + "/");
  }

  private static Optional<String> readFile(SqlConnection sql, String path) {
    return sql.valueIfAllowed("SELECT pg_read_file(?)", path)
        .filter(content -> content.length() <= FILE_CHARACTERS_MAX);
  }

  private static OutsideConfiguration generated(SqlConnection sql, Map<String, String> main) {
    StringBuilder text =
        new StringBuilder("# Written by Holdfast from pg_settings of the source.\n");
    for (List<String> row :
        sql.query(
            "SELECT name, setting || CASE WHEN vartype IN ('integer', 'real') THEN coalesce(unit, '') ELSE '' END,"
                + " unit FROM pg_settings WHERE source NOT IN ('default', 'override', 'client', 'session', 'environment variable')"
                + " AND context <> 'internal' AND name NOT IN ('config_file', 'hba_file', 'ident_file',"
                + " 'data_directory', 'external_pid_file') ORDER BY name")) {
      text.append(row.get(0)).append(" = '").append(value(row)).append("'\n");
    }
    return new OutsideConfiguration(
        Map.of("postgresql.conf", text.toString()), Origin.SETTINGS, main);
  }

  /// Units such as `8kB` are factors: the product is what a configuration file takes.
  private static String value(List<String> row) {
    String setting = row.get(1);
    String unit = row.get(2);
    if (unit.matches("[0-9]+kB")) {
      String number = setting.substring(0, setting.length() - unit.length());
      long factor = Long.parseLong(unit.substring(0, unit.length() - 2));
      return number.startsWith("-") ? number : Long.parseLong(number) * factor + "kB";
    }
    if (setting.startsWith("-") && !unit.isEmpty()) {
      return setting.substring(0, setting.length() - unit.length());
    }
    return setting.replace("'", "''");
  }
}
