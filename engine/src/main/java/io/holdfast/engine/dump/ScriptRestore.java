package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.rows.Encodings;
import io.holdfast.postgres.dump.DumpFailures;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.dump.TableData;
import io.holdfast.postgres.dump.TargetDatabase;
import io.holdfast.postgres.script.CopyStatement;
import io.holdfast.postgres.script.ScriptReader;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Puts an imported script back, statement by statement, with the rows that were taken out of it:
/// what `psql` would do, but it stops at the first error. *Confined.*
final class ScriptRestore {
  private static final String UNDEFINED_OBJECT = "42704";
  private static final String DUPLICATE_SCHEMA = "42P06";
  private static final int SHOWN_MAX = 80;

  private static final Pattern OF_DATABASE =
      pattern(
          "(CREATE|DROP|ALTER) DATABASE .*|COMMENT ON DATABASE .*|(GRANT|REVOKE) .* ON DATABASE .*");
  private static final Pattern OF_OWNERS =
      pattern(
          "ALTER .* OWNER TO [^;]+;|GRANT .*|REVOKE .*|ALTER DEFAULT PRIVILEGES .*"
              + "|SET SESSION AUTHORIZATION .*");
  private static final Pattern ENCODING = pattern("SET client_encoding .*");
  private static final Pattern SETTING = pattern("SET \\w+ = .*");
  private static final Pattern SEARCH_PATH =
      pattern("SET search_path = (\"(?:[^\"]|\"\")+\"|[^\\s,;\"]+).*");
  private static final Pattern DROP =
      pattern(
          "DROP .*|ALTER TABLE (IF EXISTS )?(ONLY )?.* DROP (CONSTRAINT|IDENTITY) .*|ALTER .* DROP DEFAULT;");
  private static final Pattern EVENT_TRIGGER =
      pattern("(CREATE|ALTER|COMMENT ON) EVENT TRIGGER .*");
  private static final int EVENT_TRIGGERS_MAX = 10_000;
  private static final Pattern COMMENT_ON_EXTENSION = pattern("COMMENT ON EXTENSION .*");

  private final EngineContext context;
  private final DumpContents dump;
  private final String database;
  private final DumpToc toc;
  private final DumpRestoreRequest request;
  private final List<String> warnings;
  private final Charset charset;
  private final Map<SqlName, Integer> parts = new HashMap<>();
  private final Map<SqlName, Long> rows = new HashMap<>();
  private final List<String> last = new ArrayList<>();
  private String schema = "public";
  private int ofDatabase;
  private int notThere;

  ScriptRestore(
      EngineContext context,
      DumpContents dump,
      String database,
      DumpToc toc,
      DumpRestoreRequest request,
      List<String> warnings) {
    this.context = context;
    this.dump = dump;
    this.database = database;
    this.toc = toc;
    this.request = request;
    this.warnings = warnings;
    this.charset = Encodings.charset(toc.encoding());
  }

  private static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  }

  /// Whether the database is an imported script.
  static boolean isOne(DumpContents dump, String database) throws IOException {
    return dump.tree().file(DumpPaths.script(database)).isPresent();
  }

  /// @param target empty
  DumpRestoreReport run(TargetDatabase target, ConnectionUrl url) throws IOException {
    if (!request.tables().isEmpty()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          dump.name() + " was imported from a script, which cannot be restored in parts",
          "Restore all of it into an empty database, or 'holdfast export --table' the rows.");
    }
    context.progress().phase("script", toc.bytes());
    boolean superuser = target.isSuperuser();
    try (InputStream in = dump.stream(DumpPaths.script(database))) {
      ScriptReader script = new ScriptReader(in);
      for (Optional<ScriptReader.Part> part = script.next();
          part.isPresent();
          part = script.next()) {
        context.cancellation().throwIfRequested();
        switch (part.get()) {
          case COMMENT, COMMAND -> {}
          case STATEMENT -> {
            String text = new String(script.bytes(), charset);
            if (isWanted(text, superuser)) {
              now(target, text);
            }
          }
          case COPY -> rows(target, script);
        }
      }
    }
    for (String text : last) {
      statement(target, text);
    }
    requireAllRows();
    target.run("statistics", "ANALYZE");
    warn();
    return new DumpRestoreReport(
        dump.name(),
        database,
        url.toString(),
        toc.tables().size(),
        toc.rows(),
        toc.bytes(),
        0,
        Optional.empty(),
        warnings);
  }

  private boolean isWanted(String text, boolean superuser) {
    var path = SEARCH_PATH.matcher(text);
    if (path.matches()) {
      schema = StoredDump.plain(path.group(1));
    }
    if (OF_DATABASE.matcher(text).matches()) {
      ofDatabase++;
      return false;
    }
    boolean ofOthers =
        switch (request.owners()) {
          case KEPT -> false;
          case NONE -> OF_OWNERS.matcher(text).matches();
        };
    // The session speaks UTF-8: statements were decoded.
    return !ofOthers
        && !ENCODING.matcher(text).matches()
        && (superuser || !COMMENT_ON_EXTENSION.matcher(text).matches());
  }

  /// Event triggers would fire for what comes behind them in the script: they wait.
  private void now(TargetDatabase target, String text) throws IOException {
    if (last.size() < EVENT_TRIGGERS_MAX && EVENT_TRIGGER.matcher(text).matches()) {
      last.add(text);
    } else {
      statement(target, text);
    }
  }

  private void statement(TargetDatabase target, String text) throws IOException {
    Optional<ServerErrorException> refused = target.tryRun(text);
    if (refused.isEmpty()) {
      return;
    }
    ServerErrorException error = refused.get();
    boolean unknownSetting =
        error.sqlState().equals(UNDEFINED_OBJECT) && SETTING.matcher(text).matches();
    if (unknownSetting) {
      warnings.add("the server does not know a setting of the script: " + shown(text));
    } else if (DROP.matcher(text).matches()) {
      notThere++;
    } else if (!error.sqlState().equals(DUPLICATE_SCHEMA)
        || !text.strip().equalsIgnoreCase("CREATE SCHEMA public;")) {
      throw failed(target, text, error);
    }
  }

  private BackupException failed(TargetDatabase target, String text, ServerErrorException error) {
    boolean roleMissing =
        error.sqlState().equals(UNDEFINED_OBJECT) && error.serverMessage().startsWith("role \"");
    if (roleMissing) {
      return new BackupException(
          ErrorCode.PRIVILEGE_MISSING,
          "'" + shown(text) + "': " + error.serverMessage(),
          "Make the role first, or restore everything as your own with --no-owner; begin with an"
              + " empty database again.",
          error);
    }
    return DumpFailures.translate("'" + shown(text) + "'", target.session().url().user(), error);
  }

  /// The first words: there may be a password behind them.
  private static String shown(String text) {
    String line = text.lines().findFirst().orElse("");
    String[] words = line.split("\\s+", 7);
    String first = String.join(" ", List.of(words).subList(0, Math.min(6, words.length)));
    return first.substring(0, Math.min(first.length(), SHOWN_MAX)) + " …";
  }

  private void rows(TargetDatabase target, ScriptReader script) throws IOException {
    CopyStatement copy = CopyStatement.parse(new String(script.bytes(), charset));
    long inScript = script.copyRows(0, (_, _, _) -> {});
    if (inScript > 0) {
      throw CorruptRepositoryException.damaged("the script of " + dump.name() + " has rows");
    }
    SqlName name = copy.name(schema);
    Optional<DumpToc.Table> table =
        toc.tables().stream().filter(candidate -> candidate.name().equals(name)).findFirst();
    int part = parts.merge(name, 1, Integer::sum) - 1;
    if (table.isEmpty() || part >= table.get().parts()) {
      return;
    }
    TreeFile file = dump.file(DumpPaths.data(database, name, part));
    byte[] piece = new byte[FileLayout.EXTENT_BYTES];
    DatabaseSession session = target.session();
    try {
      session.beginCopy(TableData.copyIn(name, table.get().columns(), toc.encoding()));
      for (long i = 0; i < file.extents(); i++) {
        context.cancellation().throwIfRequested();
        int length = dump.tree().readExtent(file, i, piece);
        session.send(piece, 0, length);
        context.progress().advance(length);
      }
      rows.merge(name, session.endCopy(), Long::sum);
    } catch (ServerErrorException e) {
      throw DumpFailures.translate("rows of " + name, session.url().user(), e);
    }
  }

  private void requireAllRows() {
    for (DumpToc.Table table : toc.tables()) {
      long there = rows.getOrDefault(table.name(), 0L);
      if (there != table.rows()) {
        throw new BackupException(
            ErrorCode.CHECK_FAILED,
            "table " + table.name() + " has " + there + " rows, the dump had " + table.rows(),
            "Do not use the restored database. Run 'holdfast verify' on this backup.");
      }
    }
  }

  private void warn() {
    if (ofDatabase > 0) {
      warnings.add(
          ofDatabase + " statements about the database itself were left out: it is the target");
    }
    if (notThere > 0) {
      warnings.add(notThere + " DROP statements had nothing to drop");
    }
  }
}
