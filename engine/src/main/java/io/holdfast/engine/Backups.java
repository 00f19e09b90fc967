package io.holdfast.engine;

import io.holdfast.repository.StoredSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Lists and shows backups.
public final class Backups {
  private final OpenRepository repository;

  public Backups(OpenRepository repository) {
    this.repository = repository;
  }

  /// A list of backups in both forms.
  public record Listing(List<Map<String, Object>> maps, List<String> table) {
    public Listing {
      maps = List.copyOf(maps);
      table = List.copyOf(table);
    }

    public boolean isEmpty() {
      return maps.isEmpty();
    }
  }

  /// One backup in both forms.
  public record Detail(Map<String, Object> map, List<String> text) {}

  /// All backups, or those of one source, oldest first.
  public Listing list(Optional<String> source) {
    BackupCatalog catalog = catalog();
    List<StoredSnapshot> backups = source.map(catalog::ofSource).orElseGet(catalog::all);
    return new Listing(
        backups.stream().map(BackupViews::json).toList(), BackupViews.table(backups));
  }

  /// The backup named so, or the newest of `source` for `latest`.
  public Detail show(String nameOrLatest, String source) {
    StoredSnapshot backup = catalog().require(nameOrLatest, source);
    return new Detail(BackupViews.jsonDetail(backup), BackupViews.detail(backup));
  }

  private BackupCatalog catalog() {
    return Failures.translate("list backups", () -> BackupCatalog.of(repository.repository()));
  }
}
