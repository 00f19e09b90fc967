package io.holdfast.cli;

import io.holdfast.engine.config.Settings;
import io.holdfast.engine.config.Variables;
import io.holdfast.engine.config.Variables.Variable;
import io.holdfast.engine.config.Variables.Visibility;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "config",
    description = "Show the settings in force, where they come from, and what else can be set.")
final class ConfigCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  ConfigCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Settings settings = context.options(global.flags(null, null, null)).settings();
    Map<String, Object> map = CommandContext.object();
    map.put("repository", settings.repository());
    map.put("key", settings.key().describe());
    map.put("source", settings.source());
    map.put("url", settings.url().map(_ -> "set"));
    map.put("directUrl", settings.directUrl().map(_ -> "set"));
    map.put("slot", settings.slot());
    map.put("domain", settings.domain());
    map.put("compressionLevel", settings.compression().level());
    map.put("configFile", settings.configFile());
    if (global.json) {
      context.json(map);
      return 0;
    }
    map.forEach(
        (name, value) ->
            context.out().println(String.format(Locale.ROOT, "%-16s %s", name, shown(value))));
    context.out().println();
    context
        .out()
        .println("environment variables (* = set; flags win over them, they win over the file):");
    for (Variable variable : Variables.ALL) {
      context
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%s %-26s %s",
                  isSet(variable) ? "*" : " ",
                  variable.name(),
                  variable.meaning()));
    }
    context.out().println();
    context
        .out()
        .println("Secrets may also stand in a file that NAME_FILE names, as in DATABASE_URL_FILE.");
    return 0;
  }

  private boolean isSet(Variable variable) {
    return context.environment().text(variable.name()).isPresent()
        || (variable.visibility() == Visibility.SECRET
            && context.environment().text(variable.name() + "_FILE").isPresent());
  }

  private static Object shown(Object value) {
    return value instanceof java.util.Optional<?> optional
        ? optional.map(Object.class::cast).orElse("-")
        : value;
  }
}
