package io.holdfast.engine.dump;

import io.holdfast.base.Cancellation;
import io.holdfast.engine.rows.Encodings;
import io.holdfast.engine.tree.UnsortedTree;
import io.holdfast.portable.PortableFileException;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.script.CopyStatement;
import io.holdfast.postgres.script.ScriptException;
import io.holdfast.postgres.script.ScriptReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Takes a script of `pg_dump` into the tree of a dump: rows of tables as files of their own, so
/// that the script of tomorrow is stored as what is different, and all else as text. *Confined.*
final class ScriptIntake {
  private static final String BEGIN = "-- PostgreSQL database dump";
  private static final String END = "-- PostgreSQL database dump complete";
  private static final String CLUSTER = "-- PostgreSQL database cluster dump";
  private static final Pattern SERVER =
      Pattern.compile("-- Dumped from database version (\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?.*");
  private static final Pattern PROGRAM =
      Pattern.compile("-- Dumped by pg_dump version (\\S{1,60}).*");
  private static final Pattern ENCODING =
      Pattern.compile("SET client_encoding = '([A-Za-z0-9_-]{1,60})';");
  private static final Pattern SEARCH_PATH =
      Pattern.compile("SET search_path = (\"(?:[^\"]|\"\")+\"|[^\\s,;\"]+).*", Pattern.DOTALL);
  private static final Pattern INSERT =
      Pattern.compile("INSERT\\s.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final UnsortedTree tree;
  private final String database;
  private final Cancellation cancellation;
  private final Map<SqlName, DumpToc.Table> tables = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private String encoding = "UTF8";
  private String schema = "public";
  private int serverVersion;
  private String programVersion = "";
  private boolean begun;
  private boolean ended;
  private int connects;
  private long inserts;

  ScriptIntake(UnsortedTree tree, String database, Cancellation cancellation) {
    this.tree = tree;
    this.database = database;
    this.cancellation = cancellation;
  }

  List<String> warnings() {
    return warnings;
  }

  /// Reads all of it.
  ///
  /// @throws PortableFileException `FILE_CORRUPT` or `FILE_KIND_UNKNOWN` if it is not a whole
  ///   script of `pg_dump`
  DumpToc read(InputStream in) throws IOException {
    try {
      try (OutputStream script = tree.begin(DumpPaths.script(database))) {
        parts(new ScriptReader(in), script);
      }
    } catch (ScriptException e) {
      throw PortableFileException.damaged(String.valueOf(e.getMessage()));
    }
    if (!begun || !ended) {
      throw PortableFileException.damaged(
          begun
              ? "it was cut off: the last line of pg_dump, '" + END + "', is not there"
              : "it is no dump of pg_dump: it does not begin with '" + BEGIN + "'");
    }
    if (inserts > 0) {
      warnings.add(
          inserts
              + " rows are INSERT statements (pg_dump --inserts): they are kept as text, and not"
              + " counted by table");
    }
    DumpToc toc =
        new DumpToc(
            encoding,
            serverVersion,
            programVersion,
            List.copyOf(tables.values()),
            List.of(),
            List.of(),
            List.of(),
            0,
            0);
    tree.put(DumpPaths.contents(database), toc.encode());
    return toc;
  }

  private void parts(ScriptReader reader, OutputStream script) throws IOException {
    for (Optional<ScriptReader.Part> part = reader.next(); part.isPresent(); part = reader.next()) {
      cancellation.throwIfRequested();
      switch (part.get()) {
        case COMMENT -> {
          comment(reader.head().strip());
          keep(reader, script);
        }
        case COMMAND -> command(reader);
        case STATEMENT -> {
          requireBegun();
          statement(reader.head());
          keep(reader, script);
        }
        case COPY -> {
          requireBegun();
          keep(reader, script);
          rows(reader);
          script.write("\\.\n".getBytes(StandardCharsets.US_ASCII));
        }
      }
    }
  }

  private static void keep(ScriptReader reader, OutputStream script) throws IOException {
    script.write(reader.bytes());
    script.write('\n');
  }

  private void requireBegun() {
    if (!begun) {
      throw PortableFileException.unknownKind(
          "it is no dump of pg_dump: it does not begin with '" + BEGIN + "'",
          "Plain dumps of pg_dump can be imported, also packed by gzip, and its custom format.");
    }
  }

  private void comment(String comment) {
    switch (comment) {
      case BEGIN -> begun = true;
      case END -> ended = true;
      case CLUSTER ->
          throw PortableFileException.unknownKind(
              "it is of pg_dumpall and has several databases",
              "Dump each database by pg_dump, or all with 'holdfast dump backup --all'.");
      default -> {
        Matcher server = SERVER.matcher(comment);
        Matcher program = PROGRAM.matcher(comment);
        if (server.matches()) {
          serverVersion = number(server);
        } else if (program.matches()) {
          programVersion = program.group(1);
        }
      }
    }
  }

  /// `15.18` is 150018, `9.6.3` is 90603.
  private static int number(Matcher version) {
    int major = part(version.group(1));
    int minor = part(version.group(2));
    return major >= 10
        ? major * 10_000 + minor
        : major * 10_000 + minor * 100 + part(version.group(3));
  }

  private static int part(@org.jspecify.annotations.Nullable String digits) {
    return digits == null || digits.length() > 3 ? 0 : Integer.parseInt(digits);
  }

  /// Those of newer versions of `pg_dump` protect `psql` from hostile rows, which are no danger
  /// here.
  private void command(ScriptReader reader) throws ScriptException {
    String text = reader.head().strip();
    if (text.startsWith("\\restrict ") || text.startsWith("\\unrestrict ")) {
      return;
    }
    if (text.startsWith("\\connect ")) {
      connects++;
      if (connects > 1) {
        throw reader.damaged("it has several databases");
      }
      return;
    }
    String shown = text.substring(0, Math.min(text.length(), 40));
    throw reader.damaged("a command of psql that pg_dump does not write: " + shown);
  }

  private void statement(String text) {
    Matcher encodes = ENCODING.matcher(text);
    if (encodes.matches()) {
      encoding = encodes.group(1);
      // Refused now, and not when it is wanted back.
      var _ = Encodings.charset(encoding);
    }
    Matcher path = SEARCH_PATH.matcher(text);
    if (path.matches()) {
      schema = StoredDump.plain(path.group(1));
    }
    if (INSERT.matcher(text).matches()) {
      inserts++;
    }
  }

  private void rows(ScriptReader reader) throws IOException {
    CopyStatement copy =
        CopyStatement.parse(new String(reader.bytes(), Encodings.charset(encoding)));
    SqlName name = copy.name(schema);
    DumpToc.Table before =
        tables.getOrDefault(name, new DumpToc.Table(name, copy.columns(), 0, 0, 0));
    if (!before.columns().equals(copy.columns())) {
      throw reader.damaged("the rows of " + name + " come twice, with other columns");
    }
    Counted out = new Counted(tree.begin(DumpPaths.data(database, name, before.parts())));
    long rows;
    try (out) {
      rows = reader.copyRows(copy.columns().size(), out::write);
    }
    tables.put(
        name,
        new DumpToc.Table(
            name,
            copy.columns(),
            before.parts() + 1,
            before.rows() + rows,
            before.bytes() + out.bytes));
  }

  private static final class Counted extends OutputStream {
    private final OutputStream out;
    private long bytes;

    Counted(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      out.write(source, offset, length);
      bytes += length;
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
