package io.holdfast.cli;

import io.holdfast.engine.api.Options;
import io.holdfast.engine.catalog.SavedCatalog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "list",
    description = {
      "List the catalogs that servers saved in the repository, oldest first.",
      "A server saves its own after changes of what is defined in it, and once a day."
    })
final class CatalogListCommand implements Callable<Integer> {
  private static final List<String> COUNTED = List.of("users", "accounts", "schedules", "audit");

  private final CommandContext context;

  @Mixin GlobalOptions global = new GlobalOptions();

  CatalogListCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Options options = context.options(global.flags(null, null, null));
    List<SavedCatalog> saved =
        context.on(global, options, (holdfast, watch) -> holdfast.catalogs(watch).list());
    context.answer(
        global,
        Map.of("catalogs", saved.stream().map(CatalogListCommand::json).toList()),
        lines(saved));
    return 0;
  }

  private static Map<String, Object> json(SavedCatalog saved) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", saved.id());
    map.put("name", saved.name());
    map.put("lineage", saved.lineage());
    map.put("savedAt", saved.savedAt());
    map.put("bytes", saved.bytes());
    map.put("facts", saved.facts());
    return map;
  }

  private static List<String> lines(List<SavedCatalog> saved) {
    if (saved.isEmpty()) {
      return List.of("no server saved its catalog in this repository");
    }
    List<String> lines = new ArrayList<>();
    for (SavedCatalog one : saved) {
      lines.add(
          one.name()
              + "  server "
              + one.lineage()
              + "  "
              + COUNTED.stream()
                  .map(fact -> fact + " " + one.facts().getOrDefault(fact, "?"))
                  .collect(Collectors.joining(", ")));
    }
    return lines;
  }
}
