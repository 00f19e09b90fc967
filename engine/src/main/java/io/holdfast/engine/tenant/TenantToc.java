package io.holdfast.engine.tenant;

import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import java.util.ArrayList;
import java.util.List;

/// What a backup of one tenant holds. The bytes are specified in `docs/format/tenants.md`.
///
/// @param scope name of the scope map
/// @param id of the root's row
/// @param fingerprint of the schema
/// @param leaks what points to rows of other scopes
record TenantToc(
    String scope,
    String id,
    String fingerprint,
    String encoding,
    int serverVersion,
    List<Table> tables,
    List<Reference> references,
    List<Group> largeObjects,
    List<Group> files,
    List<Leak> leaks) {
  static final int BYTES_MAX = 64 << 20;

  private static final int VERSION = 1;
  private static final int TEXT_BYTES_MAX = 16 << 10;
  private static final int COUNT_MAX = 100_000;
  private static final String WHAT = "a text of a tenant's backup";

  TenantToc {
    tables = List.copyOf(tables);
    references = List.copyOf(references);
    largeObjects = List.copyOf(largeObjects);
    files = List.copyOf(files);
    leaks = List.copyOf(leaks);
  }

  /// A column and its type, as `format_type` says it.
  record Column(String name, String type) {}

  /// Rows of a table.
  ///
  /// @param sum of all rows, whatever their order
  record Table(
      String exportName,
      String schema,
      String name,
      List<Column> columns,
      List<String> key,
      long rows,
      long bytes,
      String sum) {
    Table {
      columns = List.copyOf(columns);
      key = List.copyOf(key);
    }
  }

  /// Rows of other owners that rows here point to.
  ///
  /// @param match how many of the last columns are the natural key
  record Reference(String schema, String name, List<Column> columns, int match, long rows) {
    Reference {
      columns = List.copyOf(columns);
    }
  }

  /// Things beside the tables.
  ///
  /// @param missing what rows name and nobody has
  record Group(String name, long count, long missing) {}

  /// Rows of a table that point out of the scope.
  record Leak(String schema, String name, String what, long rows) {}

  byte[] encode() {
    RecordWriter out = new RecordWriter();
    out.u8(VERSION);
    text(out, scope, id, fingerprint, encoding);
    out.u32(serverVersion).u32(tables.size());
    for (Table table : tables) {
      text(out, table.exportName(), table.schema(), table.name());
      columns(out, table.columns());
      out.u32(table.key().size());
      table.key().forEach(column -> text(out, column));
      out.u64(table.rows()).u64(table.bytes());
      text(out, table.sum());
    }
    out.u32(references.size());
    for (Reference reference : references) {
      text(out, reference.schema(), reference.name());
      columns(out, reference.columns());
      out.u32(reference.match()).u64(reference.rows());
    }
    groups(out, largeObjects);
    groups(out, files);
    out.u32(leaks.size());
    for (Leak leak : leaks) {
      text(out, leak.schema(), leak.name(), leak.what());
      out.u64(leak.rows());
    }
    return out.toBytes();
  }

  private static void text(RecordWriter out, String... texts) {
    for (String text : texts) {
      out.text(text, TEXT_BYTES_MAX, WHAT);
    }
  }

  private static void columns(RecordWriter out, List<Column> columns) {
    out.u32(columns.size());
    columns.forEach(column -> text(out, column.name(), column.type()));
  }

  private static void groups(RecordWriter out, List<Group> groups) {
    out.u32(groups.size());
    for (Group group : groups) {
      text(out, group.name());
      out.u64(group.count()).u64(group.missing());
    }
  }

  static TenantToc decode(byte[] bytes) {
    RecordReader in = new RecordReader(bytes, "the table of contents of a tenant's backup");
    if (in.u8() != VERSION) {
      throw in.damaged("has a version that is not known");
    }
    String scope = text(in);
    String id = text(in);
    String fingerprint = text(in);
    String encoding = text(in);
    int serverVersion = in.u32();
    List<Table> tables = new ArrayList<>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      tables.add(
          new Table(
              text(in), text(in), text(in), columns(in), key(in), in.u64(), in.u64(), text(in)));
    }
    List<Reference> references = new ArrayList<>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      references.add(new Reference(text(in), text(in), columns(in), in.count(COUNT_MAX), in.u64()));
    }
    List<Group> largeObjects = groups(in);
    List<Group> files = groups(in);
    List<Leak> leaks = new ArrayList<>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      leaks.add(new Leak(text(in), text(in), text(in), in.u64()));
    }
    in.end();
    return new TenantToc(
        scope,
        id,
        fingerprint,
        encoding,
        serverVersion,
        tables,
        references,
        largeObjects,
        files,
        leaks);
  }

  private static String text(RecordReader in) {
    return in.text(TEXT_BYTES_MAX);
  }

  private static List<String> key(RecordReader in) {
    List<String> key = new ArrayList<>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      key.add(text(in));
    }
    return key;
  }

  private static List<Column> columns(RecordReader in) {
    List<Column> columns = new ArrayList<>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      columns.add(new Column(text(in), text(in)));
    }
    return columns;
  }

  private static List<Group> groups(RecordReader in) {
    List<Group> groups = new ArrayList<>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      groups.add(new Group(text(in), in.u64(), in.u64()));
    }
    return groups;
  }
}
