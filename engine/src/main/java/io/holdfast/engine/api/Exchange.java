package io.holdfast.engine.api;

import io.holdfast.engine.export.Export;
import io.holdfast.engine.export.ExportReport;
import io.holdfast.engine.export.ExportRequest;
import io.holdfast.engine.imports.Import;
import io.holdfast.engine.imports.ImportReport;
import io.holdfast.engine.imports.ImportRequest;
import io.holdfast.engine.portable.FileKeys;

/// Backups as files that other programs read, and files as backups.
public final class Exchange {
  private final Work work;

  Exchange(Work work) {
    this.work = work;
  }

  /// Writes a dump or a backup of a tenant into a file or directory.
  public ExportReport exportTo(ExportRequest request, FileKeys keys) {
    return work.on(repository -> new Export(work.context(), repository, keys).run(request));
  }

  /// Puts a file into the repository as a backup.
  public ImportReport importFrom(ImportRequest request, FileKeys keys) {
    return work.on(
        repository -> new Import(work.context(), repository, keys).run(work.settings(), request));
  }
}
