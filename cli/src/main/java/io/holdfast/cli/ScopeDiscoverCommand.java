package io.holdfast.cli;

import io.holdfast.engine.tenant.DiscoveryRequest;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "discover",
    description = {
      "Write a first scope map from the schema of a live database.",
      "Tables below the root are owned, what they point to is referenced, the rest is yours to decide."
    })
final class ScopeDiscoverCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin ScopeOptions options = new ScopeOptions();

  @Option(
      names = "--root",
      paramLabel = "TABLE",
      description = "The table of which one row is one tenant. Default: one with a usual name.")
  @Nullable String root;

  @Option(
      names = "--tenant-column",
      paramLabel = "COLUMN",
      description = "Column with the tenant's id. Default: how most tables point to the root.")
  @Nullable String tenantColumn;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the scope. Default: the root's in the singular.")
  @Nullable String name;

  @Option(
      names = "--to",
      paramLabel = "FILE",
      description = "A new file for the map. Default: stdout.")
  @Nullable Path to;

  ScopeDiscoverCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return options.print(
        context,
        options
            .scopes(context)
            .discover(
                new DiscoveryRequest(
                    Optional.ofNullable(root),
                    Optional.ofNullable(tenantColumn),
                    Optional.ofNullable(name),
                    Optional.ofNullable(to).map(context.workingDirectory()::resolve))));
  }
}
