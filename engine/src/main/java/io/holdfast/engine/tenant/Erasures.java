package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.tenant.Erasure.Extent;
import io.holdfast.engine.tenant.Erasure.Withdrawal;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.tenant.restore.ErasedRow;
import io.holdfast.tenant.scope.ScopeFileReader;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The erasures that a repository has, as they were when this was read.
///
/// Which of them count does not depend on times: clocks differ, and between the day of a request
/// and the day on which the rows are gone there may be backups that still have them.
final class Erasures {
  private final List<Erasure> all;
  private final Map<String, String> maps;

  private Erasures(List<Erasure> all, Map<String, String> maps) {
    this.all = List.copyOf(all);
    this.maps = maps;
  }

  /// @throws CorruptRepositoryException if one of them cannot be read
  static Erasures of(Repository repository) throws IOException {
    Map<String, Erasure> found = new LinkedHashMap<>();
    Map<String, Withdrawal> withdrawn = new HashMap<>();
    Map<String, String> maps = new LinkedHashMap<>();
    try {
      repository
          .erasures()
          .forEach(
              (id, bytes) -> {
                switch (ErasureRecord.decode(id, bytes)) {
                  case ErasureRecord.OfMap(String text) -> maps.put(id, text);
                  case ErasureRecord.OfErasure(Erasure erasure) -> found.put(id, erasure);
                  case ErasureRecord.OfWithdrawal(String of, Withdrawal withdrawal) ->
                      withdrawn.put(of, withdrawal);
                }
              });
    } catch (CorruptRepositoryException e) {
      throw new BackupException(
          e.code(),
          "what was erased cannot be read: " + e.text(),
          "Without it what was erased might come back. Put the object back from a copy of the"
              + " repository; 'holdfast check' lists what is damaged.",
          e);
    }
    withdrawn.forEach((id, by) -> found.computeIfPresent(id, (_, it) -> it.withdrawn(by)));
    return new Erasures(List.copyOf(found.values()), maps);
  }

  /// All of them, also those that were withdrawn, in the order in which they were made.
  List<Erasure> all() {
    return all;
  }

  /// Those of a database that hold.
  List<Erasure> of(KnownAs database) {
    return all.stream()
        .filter(Erasure::holds)
        .filter(erasure -> database.is(erasure.origin()))
        .toList();
  }

  /// What a restore of a tenant leaves out.
  ///
  /// @throws BackupException `TENANT_ERASED` if the tenant itself was erased
  static List<ErasedRow> leftOut(List<Erasure> some, String scope, String tenant) {
    List<ErasedRow> rows = new ArrayList<>();
    for (Erasure erasure : some) {
      boolean isSame = erasure.scope().equals(scope) && erasure.tenant().equals(tenant);
      if (isSame && erasure.extent() == Extent.TENANT) {
        throw new BackupException(
            ErrorCode.TENANT_ERASED,
            scope
                + " "
                + tenant
                + " was erased on "
                + erasure.at().toString().substring(0, 10)
                + (erasure.reason().isEmpty() ? "" : " (" + erasure.reason() + ")"),
            "Nothing was changed. It stays erased unless whoever answers for that withdraws it:"
                + " 'holdfast erasure remove "
                + erasure.id()
                + "'.");
      }
      // Rows of other tenants of the same scope are in no backup of this one.
      if (isSame || !erasure.scope().equals(scope)) {
        rows.add(erasure.row());
      }
    }
    return rows;
  }

  /// The id of the record that has this map; empty if there is none.
  Optional<String> mapId(String text) {
    return maps.entrySet().stream()
        .filter(entry -> entry.getValue().equals(text))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /// The maps of a scope by which rows were erased, those of later erasures first.
  List<ScopeMap> maps(String scope) {
    Map<String, ScopeMap> found = new LinkedHashMap<>();
    for (Erasure erasure : all.reversed()) {
      String text = maps.get(erasure.map());
      if (erasure.scope().equals(scope) && text != null && !found.containsKey(erasure.map())) {
        found.put(erasure.map(), parsed(erasure.map(), text));
      }
    }
    return List.copyOf(found.values());
  }

  private static ScopeMap parsed(String id, String text) {
    if (ScopeFileReader.parse(Path.of("scope map of erased/" + id), text) instanceof ScopeMap map) {
      return map;
    }
    throw CorruptRepositoryException.damaged("the scope map of erased/" + id + " has a base");
  }

  /// The one whose id begins so.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if there is none, or are several
  Erasure require(String begin) {
    List<Erasure> found =
        all.stream().filter(erasure -> erasure.id().startsWith(begin)).limit(2).toList();
    if (begin.isEmpty() || found.size() != 1) {
      throw bad(
          found.size() > 1
              ? "several erasures have an id that begins with " + begin
              : "there is no erasure " + begin,
          "'holdfast erasure list' shows them with their ids.");
    }
    return found.getFirst();
  }

  static BackupException bad(String text, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, text, hint);
  }
}
