package io.holdfast.cli;

import io.holdfast.base.ErrorKind;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.drill.TestRestore;
import io.holdfast.engine.drill.TestRestoreReport;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "test-restore",
    description = {
      "Prove a backup: restore it into a private directory, start a scratch server, recover, check"
          + " every page and run your SQL; then remove everything again.",
      "The scratch server has no TCP port, archives nothing and touches no slot."
    })
final class TestRestoreCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Mixin TargetOptions target = new TargetOptions();

  @Parameters(paramLabel = "BACKUP", description = "Name of a backup, or 'latest'.")
  String backup = "latest";

  @Option(
      names = "--check-sql",
      paramLabel = "FILE",
      description =
          "SQL to run in the recovered server; a statement that fails or answers false fails the test.")
  @Nullable Path checkSql;

  @Option(
      names = "--check-database",
      paramLabel = "NAME",
      description = "Database for --check-sql. Default: postgres.")
  String database = "postgres";

  @Option(
      names = "--work-dir",
      paramLabel = "DIR",
      description =
          "Where the private directory is made. Default: the system's temporary directory.")
  @Nullable Path workDirectory;

  TestRestoreCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, null, null));
    TestRestore.Request request =
        new TestRestore.Request(
            backup,
            options.settings().source(),
            target.target(),
            target.timeline(),
            Optional.ofNullable(checkSql).map(context.workingDirectory()::resolve),
            database,
            Optional.ofNullable(workDirectory));
    TestRestoreReport report =
        context.on(
            global, options, (holdfast, watch) -> holdfast.clusters(watch).testRestore(request));
    context.answer(global, report.toMap(), report.describe());
    return report.isClean() ? 0 : ErrorKind.CORRUPTION.exitStatus();
  }
}
