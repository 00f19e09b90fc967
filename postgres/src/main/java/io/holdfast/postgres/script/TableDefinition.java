package io.holdfast.postgres.script;

import io.holdfast.postgres.dump.SqlName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The columns of a table, out of the `CREATE TABLE` that `pg_dump` writes.
///
/// @param types by the name of the column, as `format_type` says them
/// @param parents from which it has more columns
public record TableDefinition(SqlName name, Map<String, String> types, List<SqlName> parents) {
  private static final Pattern ONE =
      Pattern.compile("CREATE (UNLOGGED |FOREIGN )?TABLE .*", Pattern.DOTALL);

  /// What may stand behind a type.
  private static final Pattern END_OF_TYPE =
      Pattern.compile(
          "\\s+(DEFAULT|NOT NULL|NULL|COLLATE|GENERATED|CONSTRAINT|STORAGE|COMPRESSION|OPTIONS"
              + "|WITH OPTIONS)(\\s|$|\\()");

  public TableDefinition {
    types = Map.copyOf(types);
    parents = List.copyOf(parents);
  }

  /// Empty if the statement makes no table.
  ///
  /// @param schema where the statement names none
  /// @throws ScriptException if it is not of the form that `pg_dump` writes
  public static Optional<TableDefinition> parse(String statement, String schema)
      throws ScriptException {
    if (!ONE.matcher(statement).matches()) {
      return Optional.empty();
    }
    SqlWords in = new SqlWords(statement);
    in.requireWord("create");
    boolean _ = in.takesWord("unlogged") || in.takesWord("foreign");
    in.requireWord("table");
    SqlName name = qualified(in, schema);
    Map<String, String> types = new LinkedHashMap<>();
    if (in.takes('(')) {
      columns(in, types);
    }
    List<SqlName> parents = new ArrayList<>();
    if (in.takesWord("inherits")) {
      in.require('(');
      do {
        parents.add(qualified(in, schema));
      } while (in.takes(','));
    }
    return Optional.of(new TableDefinition(name, types, parents));
  }

  private static void columns(SqlWords in, Map<String, String> types) throws ScriptException {
    while (!in.takes(')')) {
      if (in.isAtEnd()) {
        throw new ScriptException("the definition of a table has no end");
      }
      if (in.takesWord("constraint") || in.takesWord("check")) {
        String _ = in.item();
      } else {
        String column = in.name();
        String type = typeOf(in.item());
        if (!type.isEmpty()) {
          types.put(column, type);
        }
      }
      boolean _ = in.takes(',');
    }
  }

  private static SqlName qualified(SqlWords in, String schema) throws ScriptException {
    String name = in.name();
    return in.takes('.') ? new SqlName(name, in.name()) : new SqlName(schema, name);
  }

  /// The type at the beginning of what is said of a column.
  private static String typeOf(String text) {
    var end = END_OF_TYPE.matcher(masked(" " + text));
    String type = end.find() ? (" " + text).substring(0, end.start()) : text;
    return type.strip();
  }

  /// The same with what is quoted made unlike any word.
  private static String masked(String text) {
    StringBuilder masked = new StringBuilder(text);
    char quote = 0;
    for (int i = 0; i < masked.length(); i++) {
      char c = masked.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
        masked.setCharAt(i, '_');
      } else if (c == '"' || c == '\'') {
        quote = c;
        masked.setCharAt(i, '_');
      }
    }
    return masked.toString();
  }
}
