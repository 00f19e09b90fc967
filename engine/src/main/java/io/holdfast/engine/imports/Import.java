package io.holdfast.engine.imports;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.dump.DumpBackup;
import io.holdfast.engine.dump.DumpImport;
import io.holdfast.engine.portable.FileKeys;
import io.holdfast.engine.tenant.TenantBackup;
import io.holdfast.engine.tenant.TenantImport;
import io.holdfast.engine.verify.ReadBack;
import io.holdfast.portable.FileKind;
import io.holdfast.portable.PortableFileException;
import io.holdfast.portable.PortableLimits;
import io.holdfast.portable.PortableReader;
import io.holdfast.portable.PortableReading;
import io.holdfast.portable.seal.SealKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Puts a file into a repository as a backup that all commands know. A file that is not whole or
/// not what it says leaves no backup.
public final class Import {
  private static final List<String> ENDINGS =
      List.of(".enc", ".gz", ".sql", ".dump", ".dmp", ".backup", ".pgdump", ".custom");
  private static final int DATABASE_CHARACTERS_MAX = 63;

  private final EngineContext context;
  private final OpenRepository repository;
  private final FileKeys keys;

  /// @param keys asked only if the file is encrypted
  public Import(EngineContext context, OpenRepository repository, FileKeys keys) {
    this.context = context;
    this.repository = repository;
    this.keys = keys;
  }

  /// Runs one import.
  ///
  /// @throws PortableFileException that says what is wrong with the file
  public ImportReport run(Settings settings, ImportRequest request) {
    ImportReport report;
    try {
      report = Failures.translate("import " + request.file(), () -> importNow(settings, request));
    } catch (PortableFileException e) {
      throw e.text().startsWith(request.file().toString()) ? e : e.in(request.file().toString());
    }
    return report.with(new ReadBack(context, repository).after(report.backup()));
  }

  private ImportReport importNow(Settings settings, ImportRequest request) throws IOException {
    try (OpenedFile file = OpenedFile.open(request, keys, context)) {
      return switch (file.kind()) {
        case PORTABLE_TAR -> portable(settings, request, file.key());
        case PLAIN_SQL -> script(settings, request, file);
        case PG_DUMP_CUSTOM, PG_DUMP_TAR -> archive(settings, request, file);
        case SEALED, ERP_SEALED, OPENSSL, OPENSSL_BASE64, GZIP, OTHER_TAR, JSON, UNKNOWN ->
            throw PortableFileException.unknownKind(
                "it is no file that can be imported (" + file.kind().words() + ")",
                "Portable files and files of pg_dump can be: plain, packed by gzip, or of its custom"
                    + " format; also encrypted by Holdfast or 'openssl enc'.");
      };
    }
  }

  private ImportReport portable(Settings settings, ImportRequest request, @Nullable SealKey key)
      throws IOException {
    context.progress().phase("check " + request.file().getFileName(), 0);
    PortableReading reading =
        new PortableReading(PortableLimits.DEFAULT, context.progress(), context.cancellation());
    try (PortableReader reader = PortableReader.open(request.file(), key, reading)) {
      String name = fileName(request.file());
      String kind = reader.manifest().origin().kind();
      return switch (kind) {
        case TenantBackup.KIND -> {
          TenantImport.Imported made =
              new TenantImport(context, repository, settings, name).run(reader);
          yield new ImportReport(
              made.backup(),
              request.file().toString(),
              FileKind.PORTABLE_TAR.words(),
              made.tables(),
              made.rows(),
              made.bytes(),
              unsealed(key));
        }
        case DumpBackup.KIND ->
            report(
                new DumpImport(context, repository, settings, name).portable(reader),
                request,
                FileKind.PORTABLE_TAR,
                unsealed(key));
        default ->
            throw PortableFileException.unknownKind(
                "it holds a " + Quoted.of(kind), "Tenants and dumps can be imported.");
      };
    }
  }

  private static List<String> unsealed(@Nullable SealKey key) {
    return key != null
        ? List.of()
        : List.of("the file is not encrypted: nobody can tell whether somebody changed it");
  }

  private ImportReport script(Settings settings, ImportRequest request, OpenedFile file)
      throws IOException {
    context.progress().phase("import", 0);
    DumpImport.Imported made =
        importing(settings, request)
            .script(
                databaseName(request, Optional.empty()),
                reader -> {
                  reader.accept(file.content());
                  file.requireEnd();
                });
    return report(made, request, FileKind.PLAIN_SQL, file.warnings());
  }

  private ImportReport archive(Settings settings, ImportRequest request, OpenedFile file)
      throws IOException {
    context.progress().phase("import", 0);
    ArchiveScript archive = ArchiveScript.of(file, context);
    DumpImport.Imported made =
        importing(settings, request)
            .script(databaseName(request, Optional.of(archive.database())), archive);
    return report(made, request, file.kind(), file.warnings());
  }

  private DumpImport importing(Settings settings, ImportRequest request) {
    return new DumpImport(context, repository, settings, fileName(request.file()));
  }

  private static ImportReport report(
      DumpImport.Imported made, ImportRequest request, FileKind kind, List<String> warnings) {
    return new ImportReport(
            made.backup(),
            request.file().toString(),
            kind.words(),
            made.tables(),
            made.rows(),
            made.bytes(),
            made.warnings())
        .with(warnings);
  }

  private static String fileName(Path file) {
    return Objects.toString(file.getFileName(), "");
  }

  /// What somebody said, else what the archive says, else the file's name without its endings.
  private static String databaseName(ImportRequest request, Optional<String> said) {
    Optional<String> named = request.database().or(() -> said.filter(name -> !name.isBlank()));
    if (named.isPresent()) {
      return named.get();
    }
    String name = fileName(request.file());
    for (int cut = 0; cut < ENDINGS.size(); cut++) {
      for (String ending : ENDINGS) {
        if (name.toLowerCase(Locale.ROOT).endsWith(ending) && name.length() > ending.length()) {
          name = name.substring(0, name.length() - ending.length());
        }
      }
    }
    if (name.length() > DATABASE_CHARACTERS_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the file's name is too long for a database",
          "Say with --database what to call it.");
    }
    return name;
  }
}
