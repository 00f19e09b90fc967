package io.holdfast.cli;

import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.doctor.DoctorReport;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    description = {
      "Look at repository, key, server and host, and say what is in the way and what to do.",
      "If backups cannot work, the exit status is that of the first thing that is wrong."
    })
final class DoctorCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(names = "--url", paramLabel = "URL", description = "Database. Default: $DATABASE_URL.")
  @Nullable String url;

  @Option(
      names = "--direct-url",
      paramLabel = "URL",
      description = "The same server without a pooler. Default: $DIRECT_URL, else --url.")
  @Nullable String directUrl;

  DoctorCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, url, directUrl));
    DoctorReport report;
    try (var progress = context.progress(global);
        var holdfast = Holdfast.of(options)) {
      report = holdfast.examine(context.watch(progress));
    }
    context.answer(global, report.toMap(), report.describe());
    return report.exitStatus();
  }
}
