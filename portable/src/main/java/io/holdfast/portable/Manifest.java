package io.holdfast.portable;

import java.util.List;
import java.util.Optional;

/// What a portable file says it holds.
///
/// @param id 32 hexadecimal digits, of this file alone
public record Manifest(
    String id,
    PortableOrigin origin,
    List<ExportedTable> tables,
    List<ExportedAsset> assets,
    List<ReferencedRows> references,
    List<SequenceValue> sequences) {
  /// The version of the format that this program writes, and the only one it reads.
  public static final int VERSION = 1;

  static final String FORMAT = "holdfast-portable";

  public Manifest {
    tables = List.copyOf(tables);
    assets = List.copyOf(assets);
    references = List.copyOf(references);
    sequences = List.copyOf(sequences);
  }

  /// The table of that export name.
  public Optional<ExportedTable> findTable(String exportName) {
    return tables.stream().filter(table -> table.name().equals(exportName)).findFirst();
  }
}
