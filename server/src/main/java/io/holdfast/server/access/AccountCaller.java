package io.holdfast.server.access;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.plan.Tier;
import java.util.Set;
import java.util.UUID;

/// Somebody whom a host application lets speak for one of its accounts.
///
/// @param account in the catalog
/// @param application that signed
/// @param externalId of the account, as the application and its database know it
/// @param user as the application calls it
/// @param targets other accounts of the application that this user may copy into
public record AccountCaller(
    UUID account,
    String application,
    String externalId,
    String user,
    Set<Right> rights,
    Set<String> targets,
    Tier tier)
    implements Visitor {
  /// What Spring knows such callers by.
  public static final String AUTHORITY = "ACCOUNT";

  public AccountCaller {
    rights = Set.copyOf(rights);
    targets = Set.copyOf(targets);
  }

  @Override
  public String name() {
    return application + ":" + externalId + ":" + user;
  }

  @Override
  public String authority() {
    return AUTHORITY;
  }

  /// @throws BackupException `NOT_ALLOWED`
  public void require(Right right) {
    if (!rights.contains(right)) {
      throw new BackupException(
          ErrorCode.NOT_ALLOWED,
          user + " may not do this for the account",
          "It takes the right '"
              + right.word()
              + "'; "
              + application
              + " gives it with the claims 'role' and 'rights'.");
    }
  }
}
