package io.holdfast.engine.rows;

import io.holdfast.portable.PortableOrigin;
import io.holdfast.portable.ReferencedRows;
import io.holdfast.portable.SequenceValue;
import java.util.List;

/// What a backup holds that can be written into files of other forms.
///
/// @param backup its name
/// @param warnings what is not as it should be
public record StoredContents(
    String backup,
    PortableOrigin origin,
    List<StoredTable> tables,
    List<StoredFile> files,
    List<ReferencedRows> references,
    List<SequenceValue> sequences,
    List<String> warnings) {
  public StoredContents {
    tables = List.copyOf(tables);
    files = List.copyOf(files);
    references = List.copyOf(references);
    sequences = List.copyOf(sequences);
    warnings = List.copyOf(warnings);
  }
}
