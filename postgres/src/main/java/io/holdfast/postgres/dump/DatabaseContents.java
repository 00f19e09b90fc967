package io.holdfast.postgres.dump;

import java.util.List;

/// What there is to dump of a database, beside what `pg_dump` describes.
///
/// @param encoding of the database
/// @param tables in the order of their names
/// @param relations all tables, views and sequences
/// @param refreshed materialised views that have rows, each after those that it reads
/// @param remarks what the dump does not carry, in words
public record DatabaseContents(
    String encoding,
    List<TableData> tables,
    List<DumpedRelation> relations,
    List<SequenceState> sequences,
    List<SqlName> refreshed,
    long largeObjects,
    List<String> remarks) {
  public DatabaseContents {
    tables = List.copyOf(tables);
    relations = List.copyOf(relations);
    sequences = List.copyOf(sequences);
    refreshed = List.copyOf(refreshed);
    remarks = List.copyOf(remarks);
  }
}
