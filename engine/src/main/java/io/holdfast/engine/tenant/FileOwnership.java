package io.holdfast.engine.tenant;

import io.holdfast.engine.tenant.FileStep.Action;
import io.holdfast.tenant.restore.TenantRestore;
import io.holdfast.tenant.scope.AssetGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Takes out of what is to be done to files what is not the tenant's alone to do. That a row of it
/// names a file is no proof: whoever may write the row chooses the name. *Confined.*
final class FileOwnership {
  private final TenantRestore rows;
  private final OwnAssets own;
  private final SharedAssets shared;
  private final List<String> warnings = new ArrayList<>();
  private long leftAlone;

  FileOwnership(TenantRestore rows, OwnAssets own, SharedAssets shared) {
    this.rows = rows;
    this.own = own;
    this.shared = shared;
  }

  /// Those of some steps that may be done. What rows of others name is never replaced or deleted;
  /// it is made where it is missing, if whoever runs the database asks for that or its name says
  /// that it is the tenant's.
  ///
  /// @param wanted of one group
  List<FileStep> allowed(
      String name, AssetGroup.FileGroup group, AssetStore store, List<FileStep> wanted)
      throws IOException {
    Optional<String> directory = store.directory();
    Set<String> touched =
        rows.namedByOthers(
            group.store(),
            directory,
            keys(wanted.stream().filter(step -> step.action() != Action.CREATE).toList()));
    Set<String> made =
        switch (shared) {
          case INCLUDED -> Set.of();
          case LEFT_OUT ->
              rows.namedByOthers(
                  own.others(),
                  group.store(),
                  directory,
                  keys(wanted.stream().filter(step -> step.action() == Action.CREATE).toList()));
        };
    List<FileStep> allowed = new ArrayList<>();
    LeftAlone left = new LeftAlone("files of group " + name + " are left alone: ");
    for (FileStep step : wanted) {
      OwnAssets.Name said = own.of(group, step.key());
      boolean others =
          step.action() == Action.CREATE
              ? said == OwnAssets.Name.ANY && made.contains(step.key())
              : touched.contains(step.key());
      if (said == OwnAssets.Name.FOREIGN) {
        left.add(LeftAlone.Why.NAMED_ELSEWISE, step.key());
      } else if (others) {
        left.add(LeftAlone.Why.NAMED_BY_OTHERS, step.key());
      } else {
        allowed.add(step);
      }
    }
    leftAlone += left.count();
    warnings.addAll(left.texts());
    return allowed;
  }

  private static List<String> keys(List<FileStep> steps) {
    return steps.stream().map(FileStep::key).toList();
  }

  long leftAlone() {
    return leftAlone;
  }

  List<String> warnings() {
    return warnings;
  }
}
