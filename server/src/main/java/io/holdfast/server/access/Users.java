package io.holdfast.server.access;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/// Who may call. There is always an admin.
public final class Users {
  private static final int NAME_CHARACTERS_MAX = 100;

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;
  private final Supplier<UUID> ids;

  public Users(JdbcClient jdbc, TransactionOperations transactions, Supplier<UUID> ids) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.ids = ids;
  }

  /// A user as the API shows it.
  public record User(UUID id, String name, Role role, Instant createdAt) {}

  /// @throws BackupException `BAD_ARGUMENT` if it is no name, `NAME_TAKEN`
  public UUID add(String name, Role role) {
    String stripped = name.strip();
    boolean isPrintable = stripped.chars().noneMatch(Character::isISOControl);
    if (stripped.isEmpty() || stripped.length() > NAME_CHARACTERS_MAX || !isPrintable) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "'name' is no name of a user",
          "Give 1 to " + NAME_CHARACTERS_MAX + " characters, none of them a control character.");
    }
    UUID id = ids.get();
    try {
      int _ =
          jdbc.sql("INSERT INTO users (id, name, role) VALUES (:id, :name, :role)")
              .param("id", id)
              .param("name", stripped)
              .param("role", role.word())
              .update();
    } catch (DuplicateKeyException e) {
      throw new BackupException(
          ErrorCode.NAME_TAKEN, "there is a user of that name", "Choose another name.", e);
    }
    return id;
  }

  /// By name.
  public List<User> list() {
    return jdbc.sql("SELECT id, name, role, created_at FROM users ORDER BY name")
        .query(
            (row, _) ->
                new User(
                    row.getObject("id", UUID.class),
                    row.getString("name"),
                    Role.of(row.getString("role")),
                    row.getObject("created_at", OffsetDateTime.class).toInstant()))
        .list();
  }

  public Optional<User> find(UUID id) {
    return list().stream().filter(user -> user.id().equals(id)).findFirst();
  }

  /// Gives another role.
  ///
  /// @throws BackupException `USER_NOT_FOUND`, or `BAD_ARGUMENT` if nobody would be admin any more
  public void change(UUID id, Role role) {
    transactions.executeWithoutResult(
        _ -> {
          User user = locked(id);
          if (role != Role.ADMIN) {
            requireOtherAdmin(user);
          }
          int _ =
              jdbc.sql("UPDATE users SET role = :role WHERE id = :id")
                  .param("role", role.word())
                  .param("id", id)
                  .update();
        });
  }

  /// Removes a user and all its tokens.
  ///
  /// @throws BackupException as [#change]
  public void remove(UUID id) {
    transactions.executeWithoutResult(
        _ -> {
          requireOtherAdmin(locked(id));
          int _ = jdbc.sql("DELETE FROM users WHERE id = :id").param("id", id).update();
        });
  }

  /// Two admins who remove each other do that one after another.
  private User locked(UUID id) {
    int _ = jdbc.sql("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE").update();
    return find(id).orElseThrow(() -> notFound(id));
  }

  static BackupException notFound(UUID id) {
    return new BackupException(
        ErrorCode.USER_NOT_FOUND, "there is no user " + id, "GET /api/users lists them.");
  }

  private void requireOtherAdmin(User user) {
    long admins = list().stream().filter(it -> it.role() == Role.ADMIN).count();
    if (user.role() == Role.ADMIN && admins < 2) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          user.name() + " is the only admin",
          "Make another user admin first.");
    }
  }
}
