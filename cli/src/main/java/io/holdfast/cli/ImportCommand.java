package io.holdfast.cli;

import io.holdfast.engine.api.Options;
import io.holdfast.engine.imports.ImportReport;
import io.holdfast.engine.imports.ImportRequest;
import io.holdfast.engine.portable.Decryption;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "import",
    description = {
      "Put a file into the repository as a backup: a portable file, or one of pg_dump.",
      "pg_dump's plain format, packed by gzip or not, and its custom and tar formats; encrypted by"
          + " 'holdfast encrypt' or 'openssl enc' or not."
    })
final class ImportCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();
  @Mixin FileKeyOptions keys = new FileKeyOptions();

  @Parameters(paramLabel = "FILE", description = "File to import.")
  String file = "";

  @Option(
      names = "--database",
      paramLabel = "NAME",
      description =
          "What to call the database of a file of pg_dump. Default: what the archive says, else the"
              + " file's name.")
  @Nullable String database;

  @Option(names = "--openssl-kdf", paramLabel = "KDF", description = "As of 'decrypt'.")
  private Decryption.@Nullable Kdf kdf;

  @Option(names = "--openssl-iter", paramLabel = "N", description = "As of 'decrypt'.")
  private @Nullable Integer iterations;

  @Option(
      names = "--max-size",
      paramLabel = "SIZE",
      description = "How much may come out of gzip. Default: 64GiB, and 200 times what went in.")
  private @Nullable String sizeMax;

  ImportCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, null, null));
    ImportRequest request =
        new ImportRequest(
            context.workingDirectory().resolve(file),
            Optional.ofNullable(database),
            Decryption.Options.of(
                Decryption.Format.AUTO,
                sizeMax == null ? null : Sizes.parse(sizeMax),
                kdf,
                iterations));
    ImportReport report =
        context.on(
            global,
            options,
            (holdfast, watch) -> holdfast.exchange(watch).importFrom(request, keys.keys(context)));
    context.answer(global, report.toMap(), report.describe());
    context.warn(report.warnings());
    return 0;
  }
}
