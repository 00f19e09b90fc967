package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.nio.file.Path;

/// The tenant within which a smaller scope has to lie: the account of a matter whose id came from
/// somebody who need not be trusted. Whether it does is asked of the database.
///
/// @param map the scope map of the larger scope; it owns all tables that the smaller one owns
/// @param id of its root's row
public record Within(Path map, String id) {
  public Within {
    if (id.isEmpty() || id.length() > TenantBackupRequest.ID_CHARACTERS_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "an id of " + id.length() + " characters names nobody",
          "Give the value of the key column of the larger scope's root.");
    }
  }
}
