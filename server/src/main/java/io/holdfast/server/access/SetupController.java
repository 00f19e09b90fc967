package io.holdfast.server.access;

import io.holdfast.base.Secret;
import io.holdfast.server.audit.Audit;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// `/api/setup`: makes the first admin of a new server, with the token that it printed.
@RestController
class SetupController {
  private final Tokens tokens;
  private final Audit audit;

  SetupController(Tokens tokens, Audit audit) {
    this.tokens = tokens;
    this.audit = audit;
  }

  /// @param setupToken what the server printed when it started
  /// @param name of the first admin
  record Setup(Optional<String> setupToken, Optional<String> name) {
    /// Says nothing of the token.
    @Override
    public String toString() {
      return "Setup";
    }
  }

  /// @param token for `Authorization: Bearer`; it is shown this once
  record Done(String name, String role, String token) {
    /// Says nothing of the token.
    @Override
    public String toString() {
      return "Done";
    }
  }

  @PostMapping("/api/setup")
  @ResponseStatus(HttpStatus.CREATED)
  Done setUp(@RequestBody Setup setup) {
    String name = setup.name().orElse("").strip();
    Secret token = tokens.setUp(new Secret(setup.setupToken().orElse("")), name);
    audit.record(name, "setup", name, Map.of());
    return new Done(name, Role.ADMIN.word(), token.expose());
  }
}
