package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.tenant.AssetStore.Seen;
import io.holdfast.tenant.restore.Goal;
import io.holdfast.tenant.restore.RestorePolicy.Existing;
import io.holdfast.tenant.restore.TenantRestore;
import io.holdfast.tenant.restore.WantedFile;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Files of a restore: those that rows of the backup name and that are missing come back, those
/// with another content are as they were if that was asked for and what they are now is in the
/// safety backup. None is deleted but by undoing, and what is not the tenant's alone stays as it
/// is. *Confined.*
final class AssetFiles {
  private final EngineContext context;
  private final TenantContents contents;
  private final AssetStores stores;
  private final OwnAssets own;
  private final List<FileStep> steps = new ArrayList<>();
  private final Map<String, FileStep> byPlace = new HashMap<>();
  private final List<FileStep> adopted = new ArrayList<>();
  private final Set<FileDone> made = new HashSet<>();
  private final List<String> warnings = new ArrayList<>();
  private final Map<String, Set<String>> erased = new HashMap<>();
  private long kept;
  private long leftAlone;

  AssetFiles(EngineContext context, TenantContents contents, AssetStores stores, OwnAssets own) {
    this.context = context;
    this.contents = contents;
    this.stores = stores;
    this.own = own;
  }

  /// Finds out what is to be done.
  void plan(ScopeMap map, TenantRestore rows, Goal goal, TenantRestoreRequest request)
      throws IOException {
    FileOwnership ownership = new FileOwnership(rows, own, request.shared());
    for (Map.Entry<String, AssetGroup> entry : map.assets().entrySet()) {
      if (entry.getValue() instanceof AssetGroup.FileGroup group) {
        if (request.without().contains(entry.getKey())) {
          if (rows.isCopy()) {
            withoutFiles(entry.getKey(), rows);
          }
        } else if (stores.find(group.store()).isPresent()) {
          switch (goal) {
            case Goal.Restore(var policy, var _) ->
                restore(entry.getKey(), group, rows, policy.existing(), ownership);
            case Goal.Copy _ -> copy(entry.getKey(), group, rows, ownership);
            case Goal.Undo _ -> {}
          }
        } else if (contents.hasGroup(entry.getKey())) {
          warnings.add(
              "files of group "
                  + entry.getKey()
                  + " are left as they are: "
                  + AssetStores.unknown(group.store()));
          if (rows.isCopy()) {
            withoutFiles(entry.getKey(), rows);
          }
        }
      }
    }
    switch (goal) {
      case Goal.Restore _, Goal.Copy _ -> {}
      case Goal.Undo _ -> undo(map, rows, request.without(), ownership);
    }
    leftAlone += ownership.leftAlone();
    warnings.addAll(ownership.warnings());
  }

  private void addOwn(
      String name, AssetGroup.FileGroup group, List<FileStep> wanted, FileOwnership ownership)
      throws IOException {
    for (FileStep step : ownership.allowed(name, group, stores.require(group.store()), wanted)) {
      add(step);
    }
  }

  private void restore(
      String name,
      AssetGroup.FileGroup group,
      TenantRestore rows,
      Existing existing,
      FileOwnership ownership)
      throws IOException {
    AssetStore store = stores.require(group.store());
    Set<String> gone = erased(name, rows);
    List<FileStep> proposed = new ArrayList<>();
    for (Map.Entry<String, WantedFile> wanted : rows.wantedFiles(name).entrySet()) {
      context.cancellation().throwIfRequested();
      String key = wanted.getKey();
      String stored = TenantPaths.asset(name, key);
      if (gone.contains(key) || !contents.has(stored)) {
        continue;
      }
      Optional<Seen> now = store.look(key, contents.bytes(stored));
      String then = contents.hash(stored);
      if (now.isEmpty()) {
        proposed.add(
            new FileStep(
                name, group.store(), key, FileStep.Action.CREATE, stored, Seen.NONE, then));
      } else if (!now.get().state().equals(then)) {
        // The safety backup has only files that rows of the target name.
        if (existing == Existing.OVERWRITTEN && wanted.getValue().row() == WantedFile.Row.THERE) {
          proposed.add(
              new FileStep(
                  name, group.store(), key, FileStep.Action.REPLACE, stored, now.get(), then));
        } else {
          kept++;
        }
      }
    }
    addOwn(name, group, proposed, ownership);
  }

  /// Files of a copy have names of their own, which must be free: what is there already is somebody
  /// else's, unless an earlier run of the copy wrote it.
  private void copy(
      String name, AssetGroup.FileGroup group, TenantRestore rows, FileOwnership ownership)
      throws IOException {
    AssetStore store = stores.require(group.store());
    Set<String> gone = erased(name, rows);
    SortedSet<String> lacking = new TreeSet<>();
    List<FileStep> proposed = new ArrayList<>();
    for (Map.Entry<String, WantedFile> wanted : rows.wantedFiles(name).entrySet()) {
      context.cancellation().throwIfRequested();
      String key = wanted.getKey();
      String stored = TenantPaths.asset(name, wanted.getValue().stored());
      boolean restored = wanted.getValue().row() == WantedFile.Row.RESTORED;
      if (gone.contains(key)) {
        continue;
      }
      if (!contents.has(stored)) {
        if (restored) {
          lacking.add(key);
        }
        continue;
      }
      Optional<Seen> now = store.look(key, contents.bytes(stored));
      String then = contents.hash(stored);
      FileStep step =
          new FileStep(name, group.store(), key, FileStep.Action.CREATE, stored, Seen.NONE, then);
      if (now.isEmpty()) {
        proposed.add(step);
      } else if (!restored) {
        kept += now.get().state().equals(then) ? 0 : 1;
      } else if (now.get().state().equals(then)
          && made.contains(new FileDone(FileStep.Action.CREATE, name, key, then))) {
        adopted.add(step);
      } else {
        throw taken(
            step,
            made.stream().anyMatch(done -> done.key().equals(key))
                ? " is there, as an earlier run of this copy or somebody after it wrote it"
                : " is there, and this copy did not make it");
      }
    }
    addOwn(name, group, proposed, ownership);
    lacking(name, lacking);
  }

  private static BackupException taken(FileStep step, String how) {
    return new BackupException(
        ErrorCode.RESTORE_BLOCKED,
        "file " + step.key() + " of store " + step.store() + how,
        "Nothing was changed. Move it away, or leave its group out with --without "
            + step.group()
            + ".");
  }

  /// Rows of a copy name files of their own, also where nobody brings these.
  private void lacking(String group, SortedSet<String> keys) {
    if (!keys.isEmpty()) {
      warnings.add(
          keys.size()
              + " files of group "
              + group
              + " are not copied: rows of the copy name what is not there, such as "
              + keys.first());
    }
  }

  private void withoutFiles(String group, TenantRestore rows) throws IOException {
    Set<String> gone = erased(group, rows);
    SortedSet<String> lacking = new TreeSet<>();
    rows.wantedFiles(group)
        .forEach(
            (key, wanted) -> {
              if (wanted.row() == WantedFile.Row.RESTORED && !gone.contains(key)) {
                lacking.add(key);
              }
            });
    lacking(group, lacking);
  }

  /// Takes over from earlier runs of a copy which files they wrote.
  void remember(List<TenantContents> runs) throws IOException {
    for (TenantContents run : runs) {
      if (run.has(TenantPaths.UNDO_FILES)) {
        FileDone.of(run).filter(done -> done.action() == FileStep.Action.CREATE).forEach(made::add);
      }
    }
  }

  /// Several groups may name one file, which is written once.
  private void add(FileStep step) throws IOException {
    if (step.action() != FileStep.Action.DELETE) {
      stores.require(step.store()).requireFits(step.key(), contents.bytes(step.stored()));
    }
    FileStep other = byPlace.putIfAbsent(step.store() + " " + step.key(), step);
    if (other == null) {
      steps.add(step);
    } else if (other.action() != step.action() || !other.after().equals(step.after())) {
      throw new BackupException(
          ErrorCode.RESTORE_BLOCKED,
          "file "
              + step.key()
              + " of store "
              + step.store()
              + " belongs to the groups "
              + other.group()
              + " and "
              + step.group()
              + ", which have different contents for it",
          "Nothing was changed. Leave one of them out with --without.");
    }
  }

  /// Turns round what the restore wrote down, as far as the files are still what it made of them.
  private void undo(ScopeMap map, TenantRestore rows, Set<String> without, FileOwnership ownership)
      throws IOException {
    if (!contents.has(TenantPaths.UNDO_FILES)) {
      return;
    }
    FileUndoing undoing = new FileUndoing(contents, stores, warnings);
    Map<String, List<FileStep>> wanted = new TreeMap<>();
    for (FileDone done : FileDone.of(contents).toList()) {
      if (map.assets().get(done.group()) instanceof AssetGroup.FileGroup group
          && !without.contains(done.group())
          && stores.find(group.store()).isPresent()
          && (done.action() == FileStep.Action.CREATE
              || !erased(done.group(), rows).contains(done.key()))) {
        List<FileStep> ofGroup = wanted.computeIfAbsent(done.group(), _ -> new ArrayList<>());
        undoing.of(group.store(), done).ifPresent(ofGroup::add);
      }
    }
    for (Map.Entry<String, List<FileStep>> ofGroup : wanted.entrySet()) {
      if (map.assets().get(ofGroup.getKey()) instanceof AssetGroup.FileGroup group) {
        addOwn(ofGroup.getKey(), group, ofGroup.getValue(), ownership);
      }
    }
  }

  private Set<String> erased(String group, TenantRestore rows) throws IOException {
    Set<String> keys = erased.get(group);
    if (keys == null) {
      keys = rows.erasedFiles(group);
      erased.put(group, keys);
    }
    return keys;
  }

  /// What [#undo] reads: for each file what was done, and what it is afterwards.
  byte[] written() {
    return FileDone.lines(Stream.concat(steps.stream(), adopted.stream()).map(FileStep::done));
  }

  /// How it is done.
  FileWriting writing() {
    return new FileWriting(contents, stores, steps);
  }

  List<String> warnings() {
    return warnings;
  }

  boolean isEmpty() {
    return steps.isEmpty();
  }

  long count(FileStep.Action action) {
    return steps.stream().filter(step -> step.action() == action).count();
  }

  /// Files with another content that stay.
  long kept() {
    return kept;
  }

  /// Files that are not the tenant's alone, and are left as they are or missing.
  long leftAlone() {
    return leftAlone;
  }

  /// For the plan's digest.
  List<String> texts() {
    return Stream.concat(steps.stream(), adopted.stream()).map(FileStep::text).toList();
  }

  /// Opened for this operation.
  AssetStores stores() {
    return stores;
  }

  /// Whose files are the tenant's.
  OwnAssets own() {
    return own;
  }
}
