package io.holdfast.cli;

import io.holdfast.engine.tenant.Scopes.Detail;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "explain",
    description = "Show what a scope map means: the tree of owned tables, and how rows are found.")
final class ScopeExplainCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin ScopeOptions options = new ScopeOptions();

  @Parameters(paramLabel = "FILE", description = "The scope map.")
  Path file = Path.of("");

  @Option(
      names = "--sql",
      description = "Also the exact query for each table; $1 is the id. --json always has it.")
  boolean sql;

  ScopeExplainCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    return options.print(
        context,
        options
            .scopes(context)
            .explain(
                context.workingDirectory().resolve(file), sql ? Detail.TREE_AND_SQL : Detail.TREE));
  }
}
