package io.holdfast.server.rescue;

import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.catalog.SavedCatalog;
import io.holdfast.server.audit.Checkpoints;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Saved catalogs of this one note the end of the audit log.
public final class SavedCheckpoints implements Checkpoints {
  private final JdbcClient jdbc;
  private final Optional<Holdfast> place;

  /// @param place where catalogs are saved
  public SavedCheckpoints(JdbcClient jdbc, Optional<Holdfast> place) {
    this.jdbc = jdbc;
    this.place = place;
  }

  @Override
  public List<Checkpoint> all() {
    String own = jdbc.sql("SELECT id::text FROM catalog_identity").query(String.class).single();
    return place.map(it -> it.catalogs().list()).orElse(List.of()).stream()
        .filter(saved -> saved.lineage().equals(own))
        .flatMap(saved -> checkpoint(saved).stream())
        .toList();
  }

  private static Optional<Checkpoint> checkpoint(SavedCatalog saved) {
    return Optional.ofNullable(saved.facts().get(Facts.AUDIT_DIGEST))
        .map(digest -> new Checkpoint(Facts.count(saved, Facts.AUDIT), digest, saved.name()));
  }
}
