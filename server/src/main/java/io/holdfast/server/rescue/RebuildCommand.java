package io.holdfast.server.rescue;

import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.engine.api.Configuration;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.ServerProgram.RebuildRequest;
import io.holdfast.engine.api.ServerProgram.Rebuilt;
import io.holdfast.engine.catalog.SavedCatalog;
import io.holdfast.engine.config.Deployment;
import io.holdfast.server.catalog.CatalogConnections;
import io.holdfast.server.catalog.CatalogJson;
import io.holdfast.server.catalog.CatalogPlace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/// `holdfast catalog rebuild`.
public final class RebuildCommand {
  private final Configuration configuration;
  private final Deployment deployment;
  private final Holdfast holdfast;

  /// @param holdfast where catalogs are saved
  public RebuildCommand(Configuration configuration, Deployment deployment, Holdfast holdfast) {
    this.configuration = configuration;
    this.deployment = deployment;
    this.holdfast = holdfast;
  }

  public Rebuilt run(RebuildRequest request) {
    SavedCatalog saved = CatalogRebuild.choose(holdfast.catalogs().list(), request.from());
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("savedCatalog", saved.name());
    document.put("savedAt", saved.savedAt());
    document.put("facts", saved.facts());
    List<String> lines = new ArrayList<>();
    lines.add(saved.name() + ", saved at " + saved.savedAt() + ":");
    lines.add("  " + Facts.counts(saved));
    switch (request.extent()) {
      case PLAN -> {
        // Opening it would make it.
        if (!CatalogPlace.isAbsent(configuration, deployment.server(), request.data())) {
          onDatabase(request, rebuild -> rebuild.requirePossible(saved));
        }
        document.put("rebuilt", false);
        lines.add("can be rebuilt; nothing was changed");
      }
      case ALL -> {
        Map<String, Long> rows = new TreeMap<>();
        onDatabase(request, rebuild -> rows.putAll(rebuild.run(holdfast, saved)));
        document.put("rebuilt", true);
        document.put("rows", rows);
        lines.add("rebuilt; what was changed after that time is not in it");
        lines.add("'holdfast serve' goes on from here and lists the backups anew");
      }
    }
    return new Rebuilt(document, lines);
  }

  private void onDatabase(RebuildRequest request, Consumer<CatalogRebuild> work) {
    try (CatalogPlace place =
            CatalogPlace.open(configuration, deployment.server(), request.data());
        HikariDataSource database =
            CatalogConnections.open(place.address(), CatalogConnections.OF_COMMAND)) {
      work.accept(new CatalogRebuild(database, CatalogJson.lenient()));
    }
  }
}
