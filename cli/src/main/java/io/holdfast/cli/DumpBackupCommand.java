package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.config.Flags;
import io.holdfast.engine.copy.SpreadBackup;
import io.holdfast.engine.dump.DumpBackupReport;
import io.holdfast.engine.dump.DumpFilter;
import io.holdfast.engine.dump.DumpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "backup",
    description = {
      "Dump databases: definitions by pg_dump, rows in parallel, all of one moment for each"
          + " database.",
      "Needs no superuser and no access to the server's files. What has changed little since the"
          + " dump before is stored as a difference."
    })
final class DumpBackupCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();
  @Mixin AlsoOptions also = new AlsoOptions();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Database. Default: $DATABASE_URL, else $POSTGRES_URL.")
  @Nullable String url;

  @Option(
      names = "--direct-url",
      paramLabel = "URL",
      description = "The same server without a pooler. Default: $DIRECT_URL, else --url.")
  @Nullable String directUrl;

  @Option(
      names = "--database",
      paramLabel = "NAME",
      description =
          "Dump this database of the server. Default: that of the URL. May be given several"
              + " times.")
  List<String> databases = new ArrayList<>();

  @Option(names = "--all", description = "Dump all databases of the server that are no templates.")
  boolean all;

  @Option(names = "--schema-only", description = "Dump definitions without rows.")
  boolean schemaOnly;

  @Option(
      names = "--data-only",
      description = "Dump rows, positions of sequences and large objects without definitions.")
  boolean dataOnly;

  @Option(
      names = "--include",
      paramLabel = "NAME",
      description =
          "Dump only these tables, views and sequences: schema.name, or name, with * and ?, such as"
              + " shop.*; partitions and owned sequences go with them. May be given several times.")
  List<String> included = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "NAME",
      description = "Leave these out, also where they are included. May be given several times.")
  List<String> excluded = new ArrayList<>();

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "How many sessions read at once. Default: the number of processors, at most 8.")
  @Nullable Integer jobs;

  @Option(
      names = "--lock-wait",
      paramLabel = "SECONDS",
      description = "How long to wait for others who change tables. Default: ${DEFAULT-VALUE}.")
  int lockWaitSeconds = 60;

  DumpBackupCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Flags flags = global.flags(null, url, directUrl);
    Options options = context.options(flags);
    DumpRequest request =
        new DumpRequest(
            databases,
            all ? DumpRequest.Scope.ALL : DumpRequest.Scope.NAMED,
            content(),
            new DumpFilter(included, excluded),
            Duration.ofSeconds(lockWaitSeconds),
            Jobs.orDefault(jobs));
    SpreadBackup.Spread<DumpBackupReport> spread =
        also.spread(
            context,
            global,
            flags,
            options,
            (holdfast, watch, others) -> holdfast.dumps(watch).backup(request, others));
    DumpBackupReport report = spread.report();
    if (global.json) {
      Map<String, Object> json = report.toMap();
      also.addTo(json, spread);
      context.json(json);
    } else {
      report.describe().forEach(context.out()::println);
      also.describe(spread).forEach(context.out()::println);
    }
    context.warn(report.warnings());
    return spread.isEverywhere() ? 0 : ErrorKind.PARTIAL.exitStatus();
  }

  private DumpRequest.Content content() {
    if (schemaOnly && dataOnly) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "both definitions alone and rows alone were asked for",
          "Give one of --schema-only and --data-only, or none for both.");
    }
    if (dataOnly) {
      return DumpRequest.Content.DATA_ONLY;
    }
    return schemaOnly ? DumpRequest.Content.SCHEMA_ONLY : DumpRequest.Content.ALL;
  }
}
