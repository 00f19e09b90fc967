package io.holdfast.server.access;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.UUID;

/// A user of Holdfast itself.
///
/// @param name of the user, for people
public record Caller(UUID user, String name, Role role) implements Visitor {
  /// What Spring knows users of Holdfast by.
  public static final String AUTHORITY = "USER";

  @Override
  public String authority() {
    return AUTHORITY;
  }

  /// @throws BackupException `NOT_ALLOWED`
  public void requireOperator() {
    require(Role.OPERATOR);
  }

  /// @throws BackupException `NOT_ALLOWED`
  public void requireAdmin() {
    require(Role.ADMIN);
  }

  private void require(Role least) {
    if (role.compareTo(least) < 0) {
      throw new BackupException(
          ErrorCode.NOT_ALLOWED,
          name + " is " + role.word() + " and may not do this",
          "It takes the role " + least.word() + "; an admin can give it.");
    }
  }
}
