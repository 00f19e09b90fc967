package io.holdfast.cli;

import io.holdfast.engine.api.Options;
import io.holdfast.engine.wal.OverflowPolicy;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "stream",
    description = {
      "Keep the WAL of a cluster in the repository, at most 5 seconds behind, until SIGTERM.",
      "Runs in the foreground; survives restarts of the server."
    })
final class WalStreamCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  @Option(names = "--url", paramLabel = "URL", description = "Database. Default: $DATABASE_URL.")
  @Nullable String url;

  @Option(
      names = "--direct-url",
      paramLabel = "URL",
      description = "The same server without a pooler. Default: $DIRECT_URL, else --url.")
  @Nullable String directUrl;

  @Option(
      names = "--slot",
      paramLabel = "NAME",
      description = "Replication slot; made if it does not exist. Default: holdfast_SOURCE.")
  @Nullable String slot;

  @Option(
      names = "--on-overflow",
      paramLabel = "POLICY",
      description =
          "When the server runs out of space for WAL: protect-database (default: drop the slot) or"
              + " protect-archive (keep it).")
  String onOverflow = "protect-database";

  WalStreamCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, url, directUrl));
    return context.on(
        global,
        options,
        (holdfast, watch) -> {
          holdfast.wal(watch).stream(
              Optional.ofNullable(slot).orElse(options.settings().slot()),
              OverflowPolicy.parse(onOverflow));
          return 0;
        });
  }
}
