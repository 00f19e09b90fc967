package io.holdfast.engine.tenant;

import io.holdfast.engine.tenant.AssetStore.Seen;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Turns round what a restore did to one file, as far as the file is still what it made of it.
/// *Confined.*
final class FileUndoing {
  private final TenantContents contents;
  private final AssetStores stores;
  private final List<String> warnings;

  /// @param warnings gets the files that were changed since
  FileUndoing(TenantContents contents, AssetStores stores, List<String> warnings) {
    this.contents = contents;
    this.stores = stores;
    this.warnings = warnings;
  }

  Optional<FileStep> of(String store, FileDone done) throws IOException {
    String path = TenantPaths.asset(done.group(), done.key());
    Seen now = stores.require(store).look(done.key()).orElse(Seen.NONE);
    if (!now.state().equals(done.after())) {
      warnings.add(
          "file " + done.key() + " of group " + done.group() + " was changed since, and stays");
      return Optional.empty();
    }
    if (done.action() == FileStep.Action.CREATE) {
      return Optional.of(
          new FileStep(done.group(), store, done.key(), FileStep.Action.DELETE, path, now, ""));
    }
    if (!contents.has(path)) {
      return Optional.empty();
    }
    FileStep.Action action =
        now.equals(Seen.NONE) ? FileStep.Action.CREATE : FileStep.Action.REPLACE;
    return Optional.of(
        new FileStep(done.group(), store, done.key(), action, path, now, contents.hash(path)));
  }
}
