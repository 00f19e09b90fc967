package io.holdfast.engine.files;

import io.holdfast.files.FileFacts;
import io.holdfast.files.posix.Accounts;
import io.holdfast.repository.tree.FileEntry;

/// Chooses the owner of what is restored. *Confined.*
final class OwnerChoice {
  private final FilesRestoreRequest.Owners owners;
  private final Accounts accounts = new Accounts();

  OwnerChoice(FilesRestoreRequest.Owners owners) {
    this.owners = owners;
  }

  int user(FileEntry entry, FileFacts facts) {
    return switch (owners) {
      case BY_NUMBER -> facts.uid();
      case BY_NAME ->
          entry.owner().isEmpty()
              ? facts.uid()
              : accounts.userId(entry.owner()).orElse(facts.uid());
    };
  }

  int group(FileEntry entry, FileFacts facts) {
    return switch (owners) {
      case BY_NUMBER -> facts.gid();
      case BY_NAME ->
          entry.group().isEmpty()
              ? facts.gid()
              : accounts.groupId(entry.group()).orElse(facts.gid());
    };
  }
}
