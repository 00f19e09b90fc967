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

  /// Since 16, pg_hba.conf and pg_ident.conf may include others.
  private static final int ACCESS_FILES_INCLUDE = 160_000;

  /// Where the content comes from.
  public enum Origin {
    /// Everything is inside the data directory.
    INSIDE,
    /// The files themselves were read.
    FILES,
    /// Written from `pg_settings`, because the role may not read files.
    SETTINGS
  }

  public OutsideConfiguration {
    files = Map.copyOf(files);
    main = Map.copyOf(main);
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
    var wanted = new TreeSet<>(main.values());
    wanted.addAll(included(sql, facts.versionNum()));
    wanted.removeIf(path -> path.startsWith(dataDirectory + "/"));
    if (wanted.isEmpty()) {
      return new OutsideConfiguration(Map.of(), Origin.INSIDE, main);
    }
    Map<String, String> files = new LinkedHashMap<>();
    boolean readable = allowed(sql, "has_function_privilege('pg_read_file(text)', 'EXECUTE')");
    for (String path : wanted) {
      if (readable && files.size() < FILES_MAX) {
        readFile(sql, path).ifPresent(content -> files.put(path, content));
      }
    }
    String configFile = main.getOrDefault("config_file", "");
    return files.containsKey(configFile) || !wanted.contains(configFile)
        ? new OutsideConfiguration(files, Origin.FILES, main)
        : generated(sql, main);
  }

  /// Files that the main ones include, as the server itself sees them: only superusers may ask.
  private static List<String> included(SqlConnection sql, int versionNum) {
    var columns = new LinkedHashMap<String, String>();
    columns.put("pg_file_settings", "sourcefile");
    if (versionNum >= ACCESS_FILES_INCLUDE) {
      columns.put("pg_hba_file_rules", "file_name");
      columns.put("pg_ident_file_mappings", "file_name");
    }
    var paths = new TreeSet<String>();
    columns.forEach(
        (view, column) -> {
          // Asked first: what is refused leaves an error in the server's log at each backup.
          if (allowed(sql, "has_table_privilege('" + view + "', 'SELECT')")) {
            sql.queryIfAllowed(
                    "SELECT DISTINCT %s FROM %s WHERE %1$s IS NOT NULL".formatted(column, view))
                .forEach(row -> paths.add(row.getFirst()));
          }
        });
    return List.copyOf(paths);
  }

  private static boolean allowed(SqlConnection sql, String question) {
    return sql.valueIfAllowed("SELECT " + question).filter("t"::equals).isPresent();
  }

  private static Optional<String> readFile(SqlConnection sql, String path) {
    return sql.valueIfAllowed("SELECT pg_read_file(?)", path)
        .filter(content -> content.length() <= FILE_CHARACTERS_MAX);
  }

  /// Settings of single roles and databases are in the catalog and come with it.
  private static OutsideConfiguration generated(SqlConnection sql, Map<String, String> main) {
    StringBuilder text =
        new StringBuilder("# Written by Holdfast from pg_settings of the source.\n");
    for (List<String> row :
        sql.query(
            "SELECT name, setting, coalesce(unit, ''), vartype FROM pg_settings"
                + " WHERE source IN ('configuration file', 'command line', 'global')"
                + " AND context <> 'internal' AND setting IS NOT NULL"
                + " AND name NOT IN ('config_file', 'hba_file', 'ident_file', 'data_directory',"
                + " 'external_pid_file', 'transaction_isolation', 'transaction_read_only',"
                + " 'transaction_deferrable') ORDER BY name")) {
      text.append(row.get(0))
          .append(" = '")
          .append(value(row.get(1), row.get(2), row.get(3)))
          .append("'\n");
    }
    return new OutsideConfiguration(
        Map.of("postgresql.conf", text.toString()), Origin.SETTINGS, main);
  }

  /// Units such as `8kB` are factors: the product is what a configuration file takes.
  static String value(String setting, String unit, String type) {
    boolean number = type.equals("integer") || type.equals("real");
    if (!number || unit.isEmpty() || setting.startsWith("-") || setting.equals("0")) {
      return setting.replace("'", "''");
    }
    if (unit.matches("[0-9]+[kMG]?B")) {
      String digits = unit.replaceAll("[^0-9]", "");
      long factor = Long.parseLong(digits);
      return Math.multiplyExact(Long.parseLong(setting), factor) + unit.substring(digits.length());
    }
    return setting + unit;
  }
}
