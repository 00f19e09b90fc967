package io.holdfast.engine.export;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.dump.DefinedTypes;
import io.holdfast.engine.dump.DumpBackup;
import io.holdfast.engine.dump.StoredDump;
import io.holdfast.engine.dump.TablePatterns;
import io.holdfast.engine.portable.FileKeys;
import io.holdfast.engine.rows.StoredContents;
import io.holdfast.engine.rows.StoredTable;
import io.holdfast.engine.tenant.StoredTenant;
import io.holdfast.portable.PortableWriter;
import io.holdfast.portable.SpooledContent;
import io.holdfast.portable.tar.TarWriter;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Set;

/// Writes a dump or a backup of a tenant into files of other forms. The target is whole and on disk
/// when this returns, and is not there if it throws.
public final class Export {
  private static final int BUFFER_BYTES = 1 << 17;

  private final EngineContext context;
  private final Repository repository;
  private final FileKeys keys;

  /// @param keys asked only if the result is to be sealed
  public Export(EngineContext context, OpenRepository repository, FileKeys keys) {
    this.context = context;
    this.repository = repository.repository();
    this.keys = keys;
  }

  /// Runs one export.
  public ExportReport run(ExportRequest request) {
    return Failures.translate("export to " + request.target().path(), () -> export(request));
  }

  private ExportReport export(ExportRequest request) throws IOException {
    StoredSnapshot backup = request.choice().find(BackupCatalog.of(repository));
    StoredContents contents = contents(backup, request);
    context
        .progress()
        .phase(
            "export " + contents.backup(),
            contents.tables().stream().mapToLong(StoredTable::bytes).sum());
    return switch (request.format()) {
      case PORTABLE -> portable(contents, request);
      case JSON -> tables(contents, request, new JsonFormat());
      case CSV -> tables(contents, request, new CsvFormat());
      case SQL -> tables(contents, request, new SqlFormat());
    };
  }

  private StoredContents contents(StoredSnapshot backup, ExportRequest request) throws IOException {
    if (backup.record().kind().equals(DumpBackup.KIND)) {
      StoredDump dump = StoredDump.open(repository, backup, request.database(), request.tables());
      return switch (request.format()) {
        case PORTABLE, JSON -> dump.contents(DefinedTypes.of(dump, context), request.tool());
        case CSV, SQL -> dump.contents(StoredDump.NO_TYPES, request.tool());
      };
    }
    if (request.database().isPresent()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          backup.record().name() + " is a backup of a tenant and has no databases",
          "Leave out --database.");
    }
    StoredTenant tenant = StoredTenant.open(repository, backup);
    Set<SqlName> wanted =
        request.tables().isEmpty()
            ? Set.copyOf(tenant.tables())
            : Set.copyOf(TablePatterns.names(tenant.tables(), request.tables()));
    return tenant.contents(wanted::contains, request.tool());
  }

  private ExportReport portable(StoredContents contents, ExportRequest request) throws IOException {
    try (TargetFile file = TargetFile.create(request.target(), keys, context)) {
      PortableWriter writer =
          new PortableWriter(file.out(), contents.origin(), file.spool(context));
      new PortableExport(context, writer).write(contents);
      return report(contents, request, file.publish(writer.finish().fileName()));
    }
  }

  private ExportReport tables(StoredContents contents, ExportRequest request, RowFormat format)
      throws IOException {
    return switch (request.target().place()) {
      case DIRECTORY -> intoDirectory(contents, request, format);
      case FILE, FILE_IN -> intoTar(contents, request, format);
    };
  }

  private ExportReport intoDirectory(
      StoredContents contents, ExportRequest request, RowFormat format) throws IOException {
    Path path = request.target().path();
    try (NewDirectory directory = NewDirectory.create(path)) {
      long bytes = 0;
      for (StoredTable table : contents.tables()) {
        bytes +=
            directory.write(
                table.exportName() + format.extension(), out -> write(table, format, out));
      }
      directory.publish();
      return report(contents, request, new TargetFile.Published(path, bytes));
    }
  }

  private ExportReport intoTar(StoredContents contents, ExportRequest request, RowFormat format)
      throws IOException {
    try (TargetFile file = TargetFile.create(request.target(), keys, context)) {
      TarWriter tar = new TarWriter(file.out(), contents.origin().createdAt());
      for (StoredTable table : contents.tables()) {
        try (SpooledContent spooled = file.spool(context).begin()) {
          OutputStream buffered = new BufferedOutputStream(spooled, BUFFER_BYTES);
          write(table, format, buffered);
          buffered.flush();
          try (InputStream content = spooled.content()) {
            tar.entry(table.exportName() + format.extension(), spooled.size(), content);
          }
        }
      }
      tar.finish();
      return report(contents, request, file.publish(contents.backup() + ".tar"));
    }
  }

  private void write(StoredTable table, RowFormat format, OutputStream out) throws IOException {
    try (InputStream rows = new WatchedStream(table.content().open(), context)) {
      requireAll(table, format.write(table, rows, out));
    }
  }

  static void requireAll(StoredTable table, long rows) {
    if (rows != table.rows()) {
      throw CorruptRepositoryException.damaged(
          "table " + table.name() + " has " + rows + " rows, and the backup says " + table.rows());
    }
  }

  private static ExportReport report(
      StoredContents contents, ExportRequest request, TargetFile.Published published) {
    int files =
        switch (request.format()) {
          case PORTABLE -> contents.files().size();
          case JSON, CSV, SQL -> 0;
        };
    return new ExportReport(
        contents.backup(),
        published.path().toString(),
        request.format().name(),
        request.target().sealing(),
        contents.tables().size(),
        contents.tables().stream().mapToLong(StoredTable::rows).sum(),
        files,
        published.bytes(),
        contents.warnings());
  }
}
