package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.FileReason;
import io.holdfast.engine.tenant.FileStep.Action;
import io.holdfast.storage.NewObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Does to files what was planned. *Confined.*
final class FileWriting {
  private final TenantContents contents;
  private final AssetStores stores;
  private final List<FileStep> steps;
  private final Map<String, AssetHeaders> headers = new HashMap<>();

  FileWriting(TenantContents contents, AssetStores stores, List<FileStep> steps) {
    this.contents = contents;
    this.stores = stores;
    this.steps = List.copyOf(steps);
  }

  /// Writes files that are missing. To be done before rows that name them are committed.
  void create() throws IOException {
    for (FileStep step : steps) {
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
    for (FileStep step : steps) {
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

  private void run(FileStep step) throws IOException {
    AssetStore store = stores.require(step.store());
    switch (step.action()) {
      case CREATE -> store.write(step.key(), Optional.empty(), content(step));
      case REPLACE -> store.write(step.key(), Optional.of(step.before()), content(step));
      case DELETE -> store.delete(step.key(), step.before());
    }
  }

  private NewObject content(FileStep step) throws IOException {
    String path = step.stored();
    return new NewObject(
        contents.bytes(path), step.after(), headers(step), () -> contents.stream(path));
  }

  private Map<String, String> headers(FileStep step) throws IOException {
    AssetHeaders of = headers.get(step.group());
    if (of == null) {
      Set<String> wanted =
          steps.stream()
              .filter(each -> each.group().equals(step.group()))
              .map(FileStep::stored)
              .collect(Collectors.toSet());
      of = AssetHeaders.read(contents, step.group(), wanted);
      headers.put(step.group(), of);
    }
    return of.of(step.stored());
  }
}
