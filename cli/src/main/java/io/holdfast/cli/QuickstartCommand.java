package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.quickstart.Quickstart;
import io.holdfast.engine.quickstart.QuickstartReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "quickstart",
    description = {
      "The main job in a minute, on a throw-away PostgreSQL: back up under load, lose a table, get"
          + " it back, prove it row for row. Touches nothing of yours and leaves nothing behind."
    })
final class QuickstartCommand implements Callable<Integer> {
  private static final String ARCHIVE = "lib/postgres/postgres-18-linux-x86_64.txz";

  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(
      names = "--tamper",
      description = "Change one recovered row before the proof looks at it, to see the proof fail.")
  boolean tamper;

  QuickstartCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    QuickstartReport report;
    try (var progress = context.progress(global)) {
      report =
          context
              .configuration()
              .standalone(context.watch(progress))
              .quickstart(
                  archive(),
                  Path.of(context.environment().text("TMPDIR").orElse("/tmp")),
                  tamper
                      ? Quickstart.Honesty.CHANGE_ONE_RECOVERED_ROW
                      : Quickstart.Honesty.AS_IT_IS,
                  progress::note);
    }
    if (global.json) {
      context.json(report.toMap());
    } else {
      print(report);
    }
    if (!report.isProved()) {
      throw new BackupException(
          ErrorCode.CHECK_FAILED,
          report.rowsDifferent()
              + " of "
              + report.rowsExpected()
              + " rows are not what was committed",
          tamper ? "That is what --tamper is for." : "This is a bug; please report it.");
    }
    return 0;
  }

  private void print(QuickstartReport report) {
    if (!report.isProved()) {
      return;
    }
    line("");
    line("recovered to one second before, and compared with what the sessions had committed:");
    line(
        "  all " + report.rowsExpected() + " orders are back, each as it was; not one row differs");
    line("");
    line("  could have been lost (RPO)   " + seconds(report.exposure()) + " of commits");
    line("  back in use after (RTO)      " + seconds(report.recoveryTime()));
    line("");
    line("next, with your own database:");
    line("  export DATABASE_URL=postgresql://USER:PASSWORD@HOST/DATABASE");
    line("  export BACKUP_DIR=/srv/backups");
    line("  holdfast init && holdfast doctor && holdfast backup");
    line("  holdfast wal stream            # keeps every second, until SIGTERM");
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }

  private void line(String text) {
    context.out().println(text);
  }

  private static Path archive() {
    return Path.of(Optional.ofNullable(System.getProperty("holdfast.home")).orElse("."))
        .resolve(ARCHIVE);
  }
}
