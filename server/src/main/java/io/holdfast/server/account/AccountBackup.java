package io.holdfast.server.account;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// A backup of an account, as its owner sees it.
///
/// @param id unlike any other's
/// @param type `full`, or the name of a smaller scope; `safety` for one that a restore made of what
///   it was about to change
/// @param size bytes of its content
/// @param storedBytes what it added to the repository, compressed and sealed
/// @param checksum SHA-256 of the object that makes it exist
/// @param path where it is: the repository's id and its permanent id there
/// @param shared by whom, if it is another account's
/// @param encryptedWith what files that are downloaded of it are sealed with; null for none
public record AccountBackup(
    String id,
    String type,
    String scope,
    Optional<String> scopeId,
    long size,
    long storedBytes,
    String checksum,
    String path,
    Optional<String> encryptedWith,
    boolean includesAudio,
    boolean includesDocuments,
    String status,
    boolean damaged,
    Instant createdAt,
    Optional<Instant> completedAt,
    Optional<Instant> verifiedAt,
    Optional<Instant> lastRestoredAt,
    int restoreCount,
    Optional<Shared> shared,
    @JsonIgnore String snapshot,
    @JsonIgnore String source,
    @JsonIgnore String kind,
    @JsonIgnore Map<String, Object> attributes) {
  /// What another account shares of a backup.
  ///
  /// @param account who shares it, as the application names it
  /// @param until when that ends; empty for when it is withdrawn
  public record Shared(UUID share, String account, List<String> rights, Optional<Instant> until) {
    public Shared {
      rights = List.copyOf(rights);
    }

    boolean gives(SharedRight right) {
      return rights.contains(right.word());
    }
  }

  public AccountBackup {
    attributes = Map.copyOf(attributes);
  }

  /// Whether it undoes a restore.
  public boolean undoes() {
    return kind.equals(AccountBackups.SAFETY_KIND);
  }
}
