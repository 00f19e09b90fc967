package io.holdfast.server.access;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.server.audit.Audit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// `/api/tokens`: one's own tokens; an admin also makes them for others, and sees and revokes all.
@RestController
@RequestMapping("/api/tokens")
class TokenController {
  private static final int DEFAULT_DAYS = 365;

  private final Tokens tokens;
  private final Users users;
  private final Audit audit;
  private final TransactionOperations transactions;

  TokenController(Tokens tokens, Users users, Audit audit, TransactionOperations transactions) {
    this.tokens = tokens;
    this.users = users;
    this.audit = audit;
    this.transactions = transactions;
  }

  /// @param name what it is for
  /// @param role what it may do at most; all that its user may, if left out
  /// @param expiresInDays 365 if left out
  /// @param user whose it shall be; one's own if left out
  record Creation(
      Optional<String> name,
      Optional<String> role,
      Optional<Integer> expiresInDays,
      Optional<UUID> user) {}

  /// @param token for `Authorization: Bearer`; it is shown this once
  record Created(UUID id, String token) {
    /// Says nothing of the token.
    @Override
    public String toString() {
      return "Created[" + id + "]";
    }
  }

  @GetMapping
  List<Tokens.TokenView> list(Caller caller) {
    return caller.role() == Role.ADMIN ? tokens.list() : tokens.listOf(caller.user());
  }

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  Created create(@RequestBody Creation wanted, Caller caller) {
    UUID user = wanted.user().orElse(caller.user());
    if (!user.equals(caller.user())) {
      caller.requireAdmin();
    }
    Users.User owner = users.find(user).orElseThrow(() -> Users.notFound(user));
    // A token of less rights makes none of more.
    Role most = caller.role().compareTo(owner.role()) < 0 ? caller.role() : owner.role();
    Role role = wanted.role().map(Role::parse).orElse(most);
    if (role.compareTo(most) > 0) {
      throw new BackupException(
          ErrorCode.NOT_ALLOWED,
          "a token of " + owner.name() + " cannot be " + role.word(),
          "It can be " + most.word() + " at most here.");
    }
    Tokens.Wanted token =
        new Tokens.Wanted(
            user, wanted.name().orElse(""), role, wanted.expiresInDays().orElse(DEFAULT_DAYS));
    return Optional.ofNullable(
            transactions.execute(
                _ -> {
                  Tokens.Issued issued = tokens.issue(token);
                  audit.record(
                      caller.name(),
                      "token.create",
                      token.name(),
                      Map.of("id", issued.id(), "user", owner.name(), "role", role.word()));
                  return new Created(issued.id(), issued.token().expose());
                }))
        .orElseThrow();
  }

  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void revoke(@PathVariable UUID id, Caller caller) {
    transactions.executeWithoutResult(
        _ -> {
          Optional<UUID> only =
              caller.role() == Role.ADMIN ? Optional.empty() : Optional.of(caller.user());
          String name = tokens.revoke(id, only);
          audit.record(caller.name(), "token.revoke", name, Map.of("id", id));
        });
  }
}
