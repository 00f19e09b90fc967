package io.holdfast.server.access;

import io.holdfast.server.audit.Audit;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// `/api/users`: who may call, for admins.
@RestController
@RequestMapping("/api/users")
class UserController {
  private final Users users;
  private final Audit audit;
  private final TransactionOperations transactions;

  UserController(Users users, Audit audit, TransactionOperations transactions) {
    this.users = users;
    this.audit = audit;
    this.transactions = transactions;
  }

  record UserView(UUID id, String name, String role, Instant createdAt) {
    static UserView of(Users.User user) {
      return new UserView(user.id(), user.name(), user.role().word(), user.createdAt());
    }
  }

  /// @param role admin, operator or viewer; viewer if left out
  record Creation(Optional<String> name, Optional<String> role) {}

  record Change(Optional<String> role) {}

  @GetMapping
  List<UserView> list(Caller caller) {
    caller.requireAdmin();
    return users.list().stream().map(UserView::of).toList();
  }

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  UserView create(@RequestBody Creation wanted, Caller caller) {
    caller.requireAdmin();
    Role role = wanted.role().map(Role::parse).orElse(Role.VIEWER);
    String name = wanted.name().orElse("");
    return done(
        () -> {
          UUID id = users.add(name, role);
          audit.record(caller.name(), "user.create", name, Map.of("id", id, "role", role.word()));
          return id;
        });
  }

  @PatchMapping("/{id}")
  UserView change(@PathVariable UUID id, @RequestBody Change change, Caller caller) {
    caller.requireAdmin();
    return done(
        () -> {
          Role role = Role.parse(change.role().orElse(""));
          users.change(id, role);
          audit.record(caller.name(), "user.role", name(id), Map.of("id", id, "role", role.word()));
          return id;
        });
  }

  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void remove(@PathVariable UUID id, Caller caller) {
    caller.requireAdmin();
    transactions.executeWithoutResult(
        _ -> {
          String name = name(id);
          users.remove(id);
          audit.record(caller.name(), "user.remove", name, Map.of("id", id));
        });
  }

  private String name(UUID id) {
    return users.find(id).map(Users.User::name).orElseThrow(() -> Users.notFound(id));
  }

  /// Does something to a user, and shows it.
  private UserView done(java.util.function.Supplier<UUID> work) {
    UUID id = Optional.ofNullable(transactions.execute(_ -> work.get())).orElseThrow();
    return users.find(id).map(UserView::of).orElseThrow(() -> Users.notFound(id));
  }
}
