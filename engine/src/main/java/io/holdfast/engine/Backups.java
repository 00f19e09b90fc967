package io.holdfast.engine;

import io.holdfast.repository.StoredSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Lists and shows backups.
public final class Backups {
  private static final int WARNINGS_MAX = 20;

  private final OpenRepository repository;

  public Backups(OpenRepository repository) {
    this.repository = repository;
  }

  /// A list of backups, also in both forms.
  ///
  /// @param warnings why the list may not be all there is; empty if it is
  public record Listing(
      List<StoredSnapshot> backups,
      List<Map<String, Object>> maps,
      List<String> table,
      List<String> warnings) {
    public Listing {
      backups = List.copyOf(backups);
      maps = List.copyOf(maps);
      table = List.copyOf(table);
      warnings = List.copyOf(warnings);
    }

    public boolean isEmpty() {
      return backups.isEmpty();
    }

    /// The same as values.
    public List<BackupSummary> summaries() {
      return backups.stream().map(BackupSummary::of).toList();
    }
  }

  /// One backup, also in both forms.
  public record Detail(StoredSnapshot backup, Map<String, Object> map, List<String> text) {}

  /// All backups, or those of one source, oldest first. Catalogs of servers, which save themselves,
  /// are only among them where their source is named.
  public Listing list(Optional<String> source) {
    BackupCatalog catalog = catalog();
    List<StoredSnapshot> backups = source.map(catalog::ofSource).orElseGet(catalog::ofPeople);
    return new Listing(
        backups,
        backups.stream().map(BackupViews::json).toList(),
        BackupViews.table(backups),
        warnings(catalog));
  }

  private static List<String> warnings(BackupCatalog catalog) {
    List<String> warnings = new ArrayList<>();
    catalog.damaged().stream().limit(WARNINGS_MAX).forEach(e -> warnings.add(e.text()));
    if (catalog.damaged().size() > WARNINGS_MAX) {
      warnings.add("and " + (catalog.damaged().size() - WARNINGS_MAX) + " more of this kind");
    }
    catalog.undecided().stream()
        .limit(WARNINGS_MAX)
        .map(e -> e.text() + ": backups that it removed may be listed")
        .forEach(warnings::add);
    if (!warnings.isEmpty()) {
      warnings.add("the list is not sure to be complete; run 'holdfast verify --all'");
    }
    return warnings;
  }

  /// The backup named so, or the newest of `source` for `latest`.
  public Detail show(String nameOrLatest, String source) {
    StoredSnapshot backup = catalog().require(nameOrLatest, source);
    return new Detail(backup, BackupViews.jsonDetail(backup), BackupViews.detail(backup));
  }

  private BackupCatalog catalog() {
    return Failures.translate("list backups", () -> BackupCatalog.of(repository.repository()));
  }
}
