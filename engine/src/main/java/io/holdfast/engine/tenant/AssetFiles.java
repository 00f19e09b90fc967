package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.tenant.AssetStore.Seen;
import io.holdfast.storage.NewObject;
import io.holdfast.tenant.restore.Goal;
import io.holdfast.tenant.restore.RestorePolicy.Existing;
import io.holdfast.tenant.restore.TenantRestore;
import io.holdfast.tenant.restore.WantedFile;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Files of a restore: those that rows of the backup name and that are missing come back, those
/// with another content are as they were if that was asked for and what they are now is in the
/// safety backup. None is deleted but by undoing. *Confined.*
final class AssetFiles {
  private static final int LINES_MAX = 10_000_000;

  private final EngineContext context;
  private final TenantContents contents;
  private final AssetStores stores;
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Step> byPlace = new HashMap<>();
  private final List<Step> adopted = new ArrayList<>();
  private final Set<Done> made = new HashSet<>();
  private final List<String> warnings = new ArrayList<>();
  private final Map<String, AssetHeaders> headers = new HashMap<>();
  private final Map<String, Set<String>> erased = new HashMap<>();
  private long kept;

  /// What becomes of a file.
  enum Action {
    CREATE('c'),
    REPLACE('o'),
    DELETE('d');

    private final char word;

    Action(char word) {
      this.word = word;
    }
  }

  /// @param stored where the content is in the backup
  /// @param before what is there now
  /// @param after the hash of the file when it is done; empty if it is gone
  private record Step(
      String group,
      String store,
      String key,
      Action action,
      String stored,
      Seen before,
      String after) {
    String text() {
      return action + " " + group + " " + key + " " + before.state() + " " + after;
    }
  }

  AssetFiles(EngineContext context, TenantContents contents, AssetStores stores) {
    this.context = context;
    this.contents = contents;
    this.stores = stores;
  }

  /// Finds out what is to be done.
  void plan(ScopeMap map, TenantRestore rows, Goal goal, TenantRestoreRequest request)
      throws IOException {
    for (Map.Entry<String, AssetGroup> entry : map.assets().entrySet()) {
      if (entry.getValue() instanceof AssetGroup.FileGroup group) {
        if (request.without().contains(entry.getKey())) {
          if (rows.isCopy()) {
            withoutFiles(entry.getKey(), rows);
          }
        } else if (stores.find(group.store()).isPresent()) {
          switch (goal) {
            case Goal.Restore(var policy, var _) ->
                restore(entry.getKey(), group, rows, policy.existing());
            case Goal.Copy _ -> copy(entry.getKey(), group, rows);
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
      case Goal.Undo _ -> undo(map, rows, request.without());
    }
  }

  private void restore(
      String name, AssetGroup.FileGroup group, TenantRestore rows, Existing existing)
      throws IOException {
    AssetStore store = stores.require(group.store());
    Set<String> gone = erased(name, rows);
    for (Map.Entry<String, WantedFile> wanted : rows.wantedFiles(name).entrySet()) {
      context.cancellation().throwIfRequested();
      String key = wanted.getKey();
      String stored = TenantPaths.asset(name, key);
      if (gone.contains(key) || !contents.has(stored)) {
        continue;
      }
      Optional<Seen> now = store.look(key, contents.bytes(stored));
      String then = hash(stored);
      if (now.isEmpty()) {
        add(new Step(name, group.store(), key, Action.CREATE, stored, Seen.NONE, then));
      } else if (!now.get().state().equals(then)) {
        // The safety backup has only files that rows of the target name.
        if (existing == Existing.OVERWRITTEN && wanted.getValue().row() == WantedFile.Row.THERE) {
          add(new Step(name, group.store(), key, Action.REPLACE, stored, now.get(), then));
        } else {
          kept++;
        }
      }
    }
  }

  /// Files of a copy have names of their own, which must be free: what is there already is somebody
  /// else's, unless an earlier run of the copy wrote it.
  private void copy(String name, AssetGroup.FileGroup group, TenantRestore rows)
      throws IOException {
    AssetStore store = stores.require(group.store());
    Set<String> gone = erased(name, rows);
    SortedSet<String> lacking = new TreeSet<>();
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
      String then = hash(stored);
      Step step = new Step(name, group.store(), key, Action.CREATE, stored, Seen.NONE, then);
      if (now.isEmpty()) {
        add(step);
      } else if (!restored) {
        kept += now.get().state().equals(then) ? 0 : 1;
      } else if (now.get().state().equals(then)
          && made.contains(new Done(Action.CREATE, name, key, then))) {
        adopted.add(step);
      } else {
        throw taken(
            step,
            made.stream().anyMatch(done -> done.key().equals(key))
                ? " is there, as an earlier run of this copy or somebody after it wrote it"
                : " is there, and this copy did not make it");
      }
    }
    lacking(name, lacking);
  }

  private static BackupException taken(Step step, String how) {
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
        done(run).filter(done -> done.action() == Action.CREATE).forEach(made::add);
      }
    }
  }

  private static Stream<Done> done(TenantContents of) throws IOException {
    String text = new String(of.all(TenantPaths.UNDO_FILES), StandardCharsets.UTF_8);
    return text.lines().limit(LINES_MAX).map(Done::parse);
  }

  /// Several groups may name one file, which is written once.
  private void add(Step step) throws IOException {
    if (step.action() != Action.DELETE) {
      stores.require(step.store()).requireFits(step.key(), contents.bytes(step.stored()));
    }
    Step other = byPlace.putIfAbsent(step.store() + " " + step.key(), step);
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

  private String hash(String path) throws IOException {
    MessageDigest sha = AssetStore.sha256();
    contents.copy(path, sha::update);
    return HexFormat.of().formatHex(sha.digest());
  }

  /// Turns round what the restore wrote down, as far as the files are still what it made of them.
  private void undo(ScopeMap map, TenantRestore rows, Set<String> without) throws IOException {
    if (!contents.has(TenantPaths.UNDO_FILES)) {
      return;
    }
    for (Done done : done(contents).toList()) {
      if (map.assets().get(done.group()) instanceof AssetGroup.FileGroup group
          && !without.contains(done.group())
          && stores.find(group.store()).isPresent()
          && (done.action() == Action.CREATE || !erased(done.group(), rows).contains(done.key()))) {
        undo(group.store(), done);
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

  private void undo(String store, Done done) throws IOException {
    String path = TenantPaths.asset(done.group(), done.key());
    Seen now = stores.require(store).look(done.key()).orElse(Seen.NONE);
    if (!now.state().equals(done.after())) {
      warnings.add(
          "file " + done.key() + " of group " + done.group() + " was changed since, and stays");
    } else if (done.action() == Action.CREATE) {
      add(new Step(done.group(), store, done.key(), Action.DELETE, path, now, ""));
    } else if (contents.has(path)) {
      Action action = now.equals(Seen.NONE) ? Action.CREATE : Action.REPLACE;
      add(new Step(done.group(), store, done.key(), action, path, now, hash(path)));
    }
  }

  /// A line of what a restore did to files.
  private record Done(Action action, String group, String key, String after) {
    static Done parse(String line) {
      String[] parts = line.split("\t", -1);
      try {
        if (parts.length == 4 && parts[0].length() == 1) {
          for (Action action : Action.values()) {
            if (action.word == parts[0].charAt(0)) {
              byte[] key = Base64.getDecoder().decode(parts[2]);
              return new Done(action, parts[1], new String(key, StandardCharsets.UTF_8), parts[3]);
            }
          }
        }
      } catch (IllegalArgumentException _) {
        // no Base64, refused as the others
      }
      throw new BackupException(
          ErrorCode.OBJECT_CORRUPT,
          "what a restore did to files cannot be read",
          "Run 'holdfast verify' on this backup.");
    }
  }

  List<String> warnings() {
    return warnings;
  }

  boolean isEmpty() {
    return steps.isEmpty();
  }

  long count(Action action) {
    return steps.stream().filter(step -> step.action() == action).count();
  }

  /// Files with another content that stay.
  long kept() {
    return kept;
  }

  /// For the plan's digest.
  List<String> texts() {
    return Stream.concat(steps.stream(), adopted.stream()).map(Step::text).toList();
  }

  /// What [#undo] reads: for each file what was done, and what it is afterwards.
  byte[] written() {
    StringBuilder lines = new StringBuilder();
    for (Step step : Stream.concat(steps.stream(), adopted.stream()).toList()) {
      byte[] key = step.key().getBytes(StandardCharsets.UTF_8);
      lines
          .append(step.action().word)
          .append('\t')
          .append(step.group())
          .append('\t')
          .append(Base64.getEncoder().encodeToString(key))
          .append('\t')
          .append(step.after())
          .append('\n');
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Writes files that are missing. To be done before rows that name them are committed.
  void create() throws IOException {
    for (Step step : steps) {
      if (step.action() == Action.CREATE) {
        run(step);
      }
    }
  }

  /// Does the rest. To be done after the rows were committed, so that nothing stops it: what cannot
  /// be done is said.
  ///
  /// @return files that are not as they should be
  List<String> replace() {
    List<String> failed = new ArrayList<>();
    for (Step step : steps) {
      if (step.action() != Action.CREATE) {
        try {
          run(step);
        } catch (BackupException e) {
          failed.add(e.text());
        } catch (IOException e) {
          failed.add("file " + step.key() + ": " + FileReason.of(e));
        }
      }
    }
    return failed;
  }

  private void run(Step step) throws IOException {
    AssetStore store = stores.require(step.store());
    switch (step.action()) {
      case CREATE -> store.write(step.key(), Optional.empty(), content(step));
      case REPLACE -> store.write(step.key(), Optional.of(step.before()), content(step));
      case DELETE -> store.delete(step.key(), step.before());
    }
  }

  private NewObject content(Step step) throws IOException {
    String path = step.stored();
    return new NewObject(
        contents.bytes(path), step.after(), headers(step), () -> contents.stream(path));
  }

  private Map<String, String> headers(Step step) throws IOException {
    AssetHeaders of = headers.get(step.group());
    if (of == null) {
      Set<String> wanted =
          steps.stream()
              .filter(each -> each.group().equals(step.group()))
              .map(Step::stored)
              .collect(Collectors.toSet());
      of = AssetHeaders.read(contents, step.group(), wanted);
      headers.put(step.group(), of);
    }
    return of.of(step.stored());
  }

  /// Opened for this operation.
  AssetStores stores() {
    return stores;
  }
}
