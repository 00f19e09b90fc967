package io.holdfast.cli;

import io.holdfast.engine.api.Options;
import io.holdfast.engine.export.ExportChoice;
import io.holdfast.engine.export.ExportFormat;
import io.holdfast.engine.export.ExportReport;
import io.holdfast.engine.export.ExportRequest;
import io.holdfast.engine.export.ExportTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What an export writes, and where to.
final class ExportOptions {
  @Mixin FileKeyOptions keys = new FileKeyOptions();

  @Option(
      names = "--to",
      paramLabel = "TARGET",
      required = true,
      description =
          "File to write; with .enc at its end it is encrypted. A directory for a portable file gives"
              + " it its proper name. Of json, csv and sql a new directory, or a file that ends with"
              + " .tar or .tar.enc.")
  String to = "";

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "portable: one file with everything, which 'import' reads. json: an object in each line."
              + " csv. sql: for psql. Default: portable.")
  private ExportFormat format = ExportFormat.PORTABLE;

  @Option(
      names = "--table",
      paramLabel = "NAME",
      description =
          "Only this table: schema.name, or name, with * and ?. May be given several times.")
  List<String> tables = new ArrayList<>();

  @Option(
      names = "--database",
      paramLabel = "NAME",
      description = "Which database of a dump. Default: the only one.")
  @Nullable String database;

  ExportReport run(
      CommandContext context, GlobalOptions global, Options options, ExportChoice choice) {
    var fileKeys = keys.keys(context);
    ExportRequest request =
        new ExportRequest(
            choice,
            ExportTarget.of(to, context.workingDirectory().resolve(to), format, fileKeys),
            format,
            tables,
            Optional.ofNullable(database),
            String.join(" ", new Main.Version().getVersion()));
    return context.on(
        global, options, (holdfast, watch) -> holdfast.exchange(watch).exportTo(request, fileKeys));
  }

  static void print(CommandContext context, GlobalOptions global, ExportReport report) {
    context.answer(global, report.toMap(), report.describe());
    context.warn(report.warnings());
  }
}
