package io.holdfast.engine.dump;

import io.holdfast.postgres.dump.DumpedRelation;
import io.holdfast.postgres.dump.SequenceState;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// What a dump holds of one database beside its schema, and how to put it back. The bytes are
/// specified in `docs/format/dumps.md`.
///
/// @param encoding of the rows and of the database
/// @param serverVersion for example 150018
/// @param programVersion of `pg_dump`, for example `15.18`
/// @param largeObjectParts how many files of large objects there are
/// @param refreshed materialised views that had rows, in an order in which they can be filled
record DumpToc(
    String encoding,
    int serverVersion,
    String programVersion,
    List<Table> tables,
    List<DumpedRelation> relations,
    List<SequenceState> sequences,
    List<SqlName> refreshed,
    int largeObjectParts,
    long largeObjects) {
  static final int BYTES_MAX = 256 << 20;

  private static final int VERSION = 1;
  private static final int NAME_BYTES_MAX = 256;
  private static final int COLUMNS_MAX = 1_600;
  private static final int COUNT_MAX = 10_000_000;
  private static final String WHAT = "a name";

  DumpToc {
    tables = List.copyOf(tables);
    relations = List.copyOf(relations);
    sequences = List.copyOf(sequences);
    refreshed = List.copyOf(refreshed);
  }

  /// A table with rows.
  ///
  /// @param columns each quoted
  /// @param parts how many files its rows lie in
  record Table(SqlName name, List<String> columns, int parts, long rows, long bytes) {
    Table {
      columns = List.copyOf(columns);
    }
  }

  /// The version of `pg_restore` that is needed, at least.
  int programMajor() {
    return Integer.parseInt(programVersion.split("\\D", 2)[0]);
  }

  long rows() {
    return tables.stream().mapToLong(Table::rows).sum();
  }

  long bytes() {
    return tables.stream().mapToLong(Table::bytes).sum();
  }

  /// What it says of some relations, and of large objects, which belong to none.
  DumpToc only(Predicate<SqlName> wanted) {
    return new DumpToc(
        encoding,
        serverVersion,
        programVersion,
        tables.stream().filter(table -> wanted.test(table.name())).toList(),
        relations.stream().filter(relation -> wanted.test(relation.name())).toList(),
        sequences.stream().filter(sequence -> wanted.test(sequence.name())).toList(),
        refreshed.stream().filter(wanted).toList(),
        largeObjectParts,
        largeObjects);
  }

  byte[] encode() {
    RecordWriter out = new RecordWriter();
    out.u8(VERSION).text(encoding, NAME_BYTES_MAX, "an encoding").u32(serverVersion);
    out.text(programVersion, NAME_BYTES_MAX, "a version");
    out.u32(tables.size());
    for (Table table : tables) {
      name(out, table.name());
      out.u32(table.columns().size());
      table.columns().forEach(column -> out.text(column, NAME_BYTES_MAX, WHAT));
      out.u32(table.parts()).u64(table.rows()).u64(table.bytes());
    }
    out.u32(relations.size());
    relations.forEach(relation -> relation(out, relation));
    out.u32(sequences.size());
    for (SequenceState sequence : sequences) {
      name(out, sequence.name());
      out.u64(sequence.value()).u8(sequence.isCalled() ? 1 : 0);
    }
    out.u32(refreshed.size());
    refreshed.forEach(view -> name(out, view));
    return out.u32(largeObjectParts).u64(largeObjects).toBytes();
  }

  private static void relation(RecordWriter out, DumpedRelation relation) {
    out.u32((int) relation.oid()).text(relation.kind(), 1, "a kind");
    name(out, relation.name());
    out.u32(relation.parts().size());
    relation.parts().forEach(part -> out.u32((int) part.catalog()).u32((int) part.oid()));
    out.u32(relation.foreignKeys().size());
    relation.foreignKeys().forEach(key -> out.u32((int) key.oid()).u32((int) key.target()));
  }

  private static void name(RecordWriter out, SqlName name) {
    out.text(name.schema(), NAME_BYTES_MAX, WHAT).text(name.name(), NAME_BYTES_MAX, WHAT);
  }

  static DumpToc decode(byte[] bytes) {
    RecordReader in = new RecordReader(bytes, "the table of contents of a dump");
    if (in.u8() != VERSION) {
      throw in.damaged("has a version that is not known");
    }
    String encoding = in.text(NAME_BYTES_MAX);
    int serverVersion = in.u32();
    String programVersion = in.text(NAME_BYTES_MAX);
    List<Table> tables = new ArrayList<>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      tables.add(new Table(name(in), columns(in), in.count(COUNT_MAX), in.u64(), in.u64()));
    }
    List<DumpedRelation> relations = new ArrayList<>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      relations.add(relation(in));
    }
    List<SequenceState> sequences = new ArrayList<>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      sequences.add(new SequenceState(name(in), signed(in), in.u8() == 1));
    }
    List<SqlName> refreshed = new ArrayList<>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      refreshed.add(name(in));
    }
    int largeObjectParts = in.count(COUNT_MAX);
    long largeObjects = in.u64();
    in.end();
    return new DumpToc(
        encoding,
        serverVersion,
        programVersion,
        tables,
        relations,
        sequences,
        refreshed,
        largeObjectParts,
        largeObjects);
  }

  private static DumpedRelation relation(RecordReader in) {
    long oid = unsigned(in);
    String kind = in.text(1);
    SqlName name = name(in);
    List<DumpedRelation.ObjectId> parts = new ArrayList<>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      parts.add(new DumpedRelation.ObjectId(unsigned(in), unsigned(in)));
    }
    List<DumpedRelation.ForeignKey> keys = new ArrayList<>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      keys.add(new DumpedRelation.ForeignKey(unsigned(in), unsigned(in)));
    }
    return new DumpedRelation(oid, kind, name, parts, keys);
  }

  private static long unsigned(RecordReader in) {
    return Integer.toUnsignedLong(ByteBuffer.wrap(in.raw(Integer.BYTES)).getInt());
  }

  private static List<String> columns(RecordReader in) {
    List<String> columns = new ArrayList<>();
    for (int i = in.count(COLUMNS_MAX); i > 0; i--) {
      columns.add(in.text(NAME_BYTES_MAX));
    }
    return columns;
  }

  /// Sequences may count below zero.
  private static long signed(RecordReader in) {
    return ByteBuffer.wrap(in.raw(Long.BYTES)).getLong();
  }

  private static SqlName name(RecordReader in) {
    return new SqlName(in.text(NAME_BYTES_MAX), in.text(NAME_BYTES_MAX));
  }
}
