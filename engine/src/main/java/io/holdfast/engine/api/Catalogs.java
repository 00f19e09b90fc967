package io.holdfast.engine.api;

import io.holdfast.engine.catalog.CatalogBackup;
import io.holdfast.engine.catalog.SavedCatalog;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// What servers save of their catalogs, so that a lost one can be made anew.
public final class Catalogs {
  private final Work work;

  Catalogs(Work work) {
    this.work = work;
  }

  /// Saves a catalog.
  ///
  /// @param lineage the catalog's own id
  /// @param facts for people and for whoever reads it; few and short
  public SavedCatalog save(
      String lineage, Map<String, String> facts, CatalogBackup.Content content) {
    return work.on(
        repository -> new CatalogBackup(work.context(), repository).save(lineage, facts, content));
  }

  /// What is saved, oldest first.
  public List<SavedCatalog> list() {
    return work.on(repository -> new CatalogBackup(work.context(), repository).list());
  }

  /// Hands out parts of a saved catalog.
  ///
  /// @param id or name
  /// @param order gets the names of the parts and answers which it wants, in this order
  /// @throws io.holdfast.base.BackupException `BACKUP_NOT_FOUND`
  public void read(String id, UnaryOperator<List<String>> order, CatalogBackup.PartReader reader) {
    work.run(repository -> new CatalogBackup(work.context(), repository).read(id, order, reader));
  }

  /// Forgets those of a lineage that newer ones stand in for.
  ///
  /// @return the forgotten ones
  public List<SavedCatalog> thin(String lineage) {
    return work.on(repository -> new CatalogBackup(work.context(), repository).thin(lineage));
  }
}
