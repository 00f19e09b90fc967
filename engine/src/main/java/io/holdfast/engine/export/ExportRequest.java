package io.holdfast.engine.export;

import java.util.List;
import java.util.Optional;

/// What to export, and where to.
///
/// @param tables `schema.name` or `name`, with `*` and `?`; empty for all
/// @param database which of a dump of several
/// @param tool what writes, with its version
public record ExportRequest(
    ExportChoice choice,
    ExportTarget target,
    ExportFormat format,
    List<String> tables,
    Optional<String> database,
    String tool) {
  public ExportRequest {
    tables = List.copyOf(tables);
  }
}
