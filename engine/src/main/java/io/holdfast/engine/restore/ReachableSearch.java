package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.restore.ReachableTimes.Line;
import io.holdfast.engine.restore.ReachableTimes.Moment;
import io.holdfast.engine.restore.ReachableTimes.Unusable;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds which moments a source can be brought back to.
public final class ReachableSearch {
  private static final String DUMP = "dump";
  private static final int MOMENTS_MAX = 100;

  private final Repository repository;

  public ReachableSearch(OpenRepository repository) {
    this.repository = repository.repository();
  }

  public ReachableTimes of(String source) {
    return Failures.translate("find what can be recovered", () -> find(source));
  }

  private ReachableTimes find(String source) throws IOException {
    BackupCatalog catalog = BackupCatalog.of(repository);
    List<StoredSnapshot> backups = catalog.ofSource(source);
    List<Line> lines = new ArrayList<>();
    List<Unusable> unusable = new ArrayList<>();
    Map<Long, List<StoredSnapshot>> clusters = new LinkedHashMap<>();
    backups.stream()
        .filter(backup -> backup.record().kind().equals(PhysicalBackup.KIND))
        .forEach(backup -> put(clusters, unusable, backup));
    List<WalArchive> archives = SourceWal.all(repository, source);
    for (Map.Entry<Long, List<StoredSnapshot>> cluster : clusters.entrySet()) {
      Optional<WalArchive> archive =
          archives.stream()
              .filter(it -> it.lineage().systemIdentifier() == cluster.getKey())
              .findFirst();
      if (archive.isPresent()) {
        lines.addAll(new ReachableLines(archive.get(), cluster.getValue(), unusable).find());
      } else {
        cluster
            .getValue()
            .forEach(it -> unusable.add(new Unusable(it.record().name(), "its WAL is missing")));
      }
    }
    return new ReachableTimes(source, lines, moments(backups), unusable, warnings(catalog));
  }

  private static void put(
      Map<Long, List<StoredSnapshot>> clusters, List<Unusable> unusable, StoredSnapshot backup) {
    try {
      long cluster = PhysicalFacts.of(backup.record().attributes()).systemIdentifier();
      clusters.computeIfAbsent(cluster, _ -> new ArrayList<>()).add(backup);
    } catch (BackupException e) {
      if (e.code() != ErrorCode.OBJECT_CORRUPT) {
        throw e;
      }
      unusable.add(new Unusable(backup.record().name(), e.text()));
    }
  }

  private static List<Moment> moments(List<StoredSnapshot> backups) {
    return backups.reversed().stream()
        .filter(backup -> backup.record().kind().equals(DUMP))
        .limit(MOMENTS_MAX)
        .map(it -> new Moment(it.record().name(), DUMP, it.record().startedAt()))
        .toList();
  }

  private static List<String> warnings(BackupCatalog catalog) {
    return catalog.damaged().isEmpty() && catalog.undecided().isEmpty()
        ? List.of()
        : List.of("the list of backups is damaged; 'holdfast verify --all' says what is wrong");
  }
}
