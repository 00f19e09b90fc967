package io.holdfast.postgres.script;

import io.holdfast.postgres.dump.SqlName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// `COPY name (columns) FROM stdin;`, as `pg_dump` writes it.
///
/// @param schema where the statement names one
/// @param columns each quoted; empty if none are named
public record CopyStatement(Optional<String> schema, String table, List<String> columns) {
  private static final Pattern ONE =
      Pattern.compile(
          "copy\\s.*\\sfrom\\s+stdin\\b[^;]*;\\s*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  public CopyStatement {
    columns = List.copyOf(columns);
  }

  static boolean looksLikeOne(String statement) {
    return ONE.matcher(statement).matches();
  }

  /// Its table, where a schema that is not named is `otherwise`.
  public SqlName name(String otherwise) {
    return new SqlName(schema.orElse(otherwise), table);
  }

  /// @param statement decoded
  /// @throws ScriptException if it is not of the form that `pg_dump` writes
  public static CopyStatement parse(String statement) throws ScriptException {
    SqlWords in = new SqlWords(statement);
    in.requireWord("copy");
    String name = in.name();
    Optional<String> schema = Optional.empty();
    if (in.takes('.')) {
      schema = Optional.of(name);
      name = in.name();
    }
    List<String> columns = new ArrayList<>();
    if (in.takes('(')) {
      do {
        columns.add(SqlName.quote(in.name()));
      } while (in.takes(','));
      in.require(')');
    }
    in.requireWord("from");
    in.requireWord("stdin");
    if (!in.takes(';')) {
      throw new ScriptException(
          "rows of "
              + name
              + " are in another form than COPY's text: "
              + in.rest().strip().toLowerCase(Locale.ROOT));
    }
    return new CopyStatement(schema, name, columns);
  }
}
